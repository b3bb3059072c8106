/**
 * Batches for training: packs on lengths, then puts the ids in place and, where only completions are trained on, sets
 * the targets that the assistant does not say to -1. It is exact (docs/REFERENCE.md §2): the same mixture, options and
 * state give the same batches, bit for bit. It costs three copies of each id, and no wait where ids are at hand; it
 * reads a conversation once, when that enters the buffer, and holds the ids of buffered conversations.
 */
import { BatchPacker } from './batch-packer'
import type { Placement, Span } from './batch.schema'
import type { LoaderState, PackedBatch, PackingOptions } from './types'
import type { ConversationSource } from '../data/render-source'
import { Breather } from '../threads/breathe'
import type { Stretches, Tokens } from '../tokenizer/supervision'
import type { LossKind } from './loss-kinds.schema'

/** What a loader reads: any {@link ConversationSource}. */
export type LoaderSource = Pick<ConversationSource, 'length' | 'locate' | 'tokens'>

export interface LoaderOptions extends PackingOptions {
  /** The id that fills padding. */
  bosId: number
  /** Which targets count: all that are not padding, or of those the supervised ones. @default 'all' */
  loss?: LossKind | undefined
}

/** The ids of a batch, [B, T + 1], and the stretches of each of its placements. */
interface PlacedRows {
  ids: Int32Array
  stretches: Stretches[]
}

export interface Loader {
  /**
   * The next batch; there always is one, since the mixture is read again and again. Calls must not overlap.
   * @param signal aborts the call; the loader cannot be used afterwards
   */
  next(signal?: AbortSignal): Promise<PackedBatch>
  /** Where the next batch starts. */
  state(): LoaderState
}

/** Turns of packing between two looks at the clock: few, since each turn may render a conversation. */
const LOOK_EVERY = 16

/**
 * Opens a loader at the start, or where a state was taken.
 * @throws MidbenchError `packing.invalid`, `packing.state` as from {@link BatchPacker}
 */
export function createLoader(source: LoaderSource, options: LoaderOptions, state?: LoaderState): Loader {
  const packer = new BatchPacker(options, source.length, state)
  const buffered = new Map<number, Tokens>()
  const { batchSize, seqLen, loss } = options

  /** The ids of the placements in their rows. A conversation buffered twice, as in small mixtures, is read again. */
  async function takeRows(placements: readonly Placement[], signal?: AbortSignal): Promise<PlacedRows> {
    const capacity = seqLen + 1
    const rows = { ids: new Int32Array(batchSize * capacity), stretches: new Array<Stretches>() }
    for (const { row, offset, length, conversation } of placements) {
      const { ids, stretches } = buffered.get(conversation) ?? (await source.tokens(conversation, signal))
      buffered.delete(conversation)
      rows.ids.set(length < ids.length ? ids.subarray(0, length) : ids, row * capacity + offset)
      rows.stretches.push(stretches)
    }
    return rows
  }

  return {
    state: () => packer.state(),
    async next(signal) {
      const breather = new Breather(signal)
      for (let turn = 1; !packer.batchComplete; turn++) {
        if (turn % LOOK_EVERY === 0 && breather.due) await breather.breathe()
        const { wanted } = packer
        if (wanted === undefined) packer.place()
        else {
          const read = source.tokens(wanted, signal)
          const tokens = read instanceof Promise ? await read : read
          buffered.set(wanted, tokens)
          packer.offer(tokens.ids.length)
        }
      }
      const { placements, used, ...progress } = packer.finishBatch()
      const rows = await takeRows(placements, signal)
      const { inputs, targets } = inputsAndTargets(rows.ids, used, options)
      if (loss === 'completion') dropUnsupervised(targets, placements, rows.stretches, seqLen)
      const spans = placements.map((placement) => spanOf(placement, source))
      return { ...progress, batchSize, seqLen, inputs, targets, spans, stateAfter: packer.state() }
    },
  }
}

/** A row's inputs are all but the last of its T + 1 ids, its targets all but the first; the unused rest is padding. */
function inputsAndTargets(
  rows: Int32Array,
  used: Int32Array,
  { batchSize, seqLen, bosId }: LoaderOptions,
): Pick<PackedBatch, 'inputs' | 'targets'> {
  const inputs = new Int32Array(batchSize * seqLen) // [B, T]
  const targets = new Int32Array(batchSize * seqLen) // [B, T]
  used.forEach((content, row) => {
    const ids = rows.subarray(row * (seqLen + 1), (row + 1) * (seqLen + 1)).fill(bosId, content)
    const at = row * seqLen
    inputs.set(ids.subarray(0, seqLen), at)
    targets.set(ids.subarray(1), at)
    targets.fill(-1, at + content - 1, at + seqLen) // no loss from the last real id on
  })
  return { inputs, targets }
}

/** Sets the targets that are not supervised to -1. A conversation's id at position p of a row is target p - 1. */
function dropUnsupervised(
  targets: Int32Array,
  placements: readonly Placement[],
  stretches: readonly Stretches[],
  seqLen: number,
): void {
  placements.forEach(({ row, offset, length }, i) => {
    const start = row * seqLen + offset - 1
    const end = start + length
    const edges = stretches[i] ?? []
    let at = offset === 0 ? start + 1 : start // the row's first id is no target
    for (let edge = 0; edge < edges.length && at < end; edge += 2) {
      targets.fill(-1, at, Math.min(start + (edges[edge] ?? 0), end))
      at = start + (edges[edge + 1] ?? 0)
    }
    if (at < end) targets.fill(-1, at, end)
  })
}

function spanOf(placement: Placement, source: Pick<ConversationSource, 'locate'>): Span {
  const { row, offset, length, cropped, conversation } = placement
  const { task, row: taskRow } = source.locate(conversation)
  return { row, offset, length, cropped, conversation, task, taskRow }
}

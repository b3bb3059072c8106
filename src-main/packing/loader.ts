/**
 * Batches for training: packing on lengths, then the ids put in place. Exact (reference §2): the same mixture, options
 * and state give the same batches, bit for bit. Costs two copies of each id; reads a conversation once, when it enters
 * the buffer, and holds the ids of what is buffered.
 */
import { BatchPacker, type BatchLayout } from './batch-packer'
import type { LoaderState, PackedBatch, PackingOptions, Span } from './types'
import type { ConversationSource } from '../data/render-source'

/** What a loader reads: any {@link ConversationSource}. */
export type LoaderSource = Pick<ConversationSource, 'length' | 'locate' | 'ids'>

export interface LoaderOptions extends PackingOptions {
  /** Fills what is padded. */
  bosId: number
}

export interface Loader {
  /** The next batch; there always is one, as the mixture is read over and over. Calls must not overlap. */
  next(): Promise<PackedBatch>
  /** Where the next batch starts. */
  state(): LoaderState
}

/**
 * Opens a loader at the start, or where a state was taken.
 * @throws MidbenchError `packing.invalid`, `packing.state` as {@link BatchPacker}
 */
export function createLoader(source: LoaderSource, options: LoaderOptions, state?: LoaderState): Loader {
  const packer = new BatchPacker(options, source.length, state)
  const buffered = new Map<number, Int32Array>()

  async function refill(): Promise<void> {
    for (let c = packer.wanted; c !== undefined; c = packer.wanted) {
      const read = source.ids(c)
      const ids = read instanceof Int32Array ? read : await read // no turn of the event loop for what is at hand
      buffered.set(c, ids)
      packer.offer(ids.length)
    }
  }

  /** A conversation that is buffered twice, as a small mixture's may be, is read again for its second placement. */
  async function take(layout: BatchLayout): Promise<Int32Array[]> {
    const taken: Int32Array[] = []
    for (const { conversation } of layout.placements) {
      taken.push(buffered.get(conversation) ?? (await source.ids(conversation)))
      buffered.delete(conversation)
    }
    return taken
  }

  return {
    state: () => packer.state(),
    async next() {
      while (!packer.batchComplete) {
        if (packer.wanted !== undefined) await refill()
        packer.place()
      }
      const layout = packer.finishBatch()
      return assemble(layout, await take(layout), source, options, packer.state())
    },
  }
}

/** Puts the ids of a layout's placements in their places. */
export function assemble(
  layout: BatchLayout,
  ids: readonly Int32Array[],
  source: Pick<ConversationSource, 'locate'>,
  options: LoaderOptions,
  stateAfter: LoaderState,
): PackedBatch {
  const { batchSize, seqLen, bosId } = options
  const inputs = new Int32Array(batchSize * seqLen) // [B, T]
  const targets = new Int32Array(batchSize * seqLen) // [B, T]
  const spans = layout.placements.map((placement, i): Span => {
    const { row, offset, length, conversation } = placement
    const piece = ids[i]?.subarray(0, length) ?? new Int32Array(0)
    const at = row * seqLen + offset
    // A row's T + 1 ids: its inputs are all but the last, its targets all but the first.
    inputs.set(offset + length > seqLen ? piece.subarray(0, seqLen - offset) : piece, at)
    if (offset === 0) targets.set(piece.subarray(1), at)
    else targets.set(piece, at - 1)
    const { task, row: taskRow } = source.locate(conversation)
    return { row, offset, length, cropped: placement.cropped, conversation, task, taskRow }
  })
  layout.used.forEach((used, row) => {
    const end = (row + 1) * seqLen
    inputs.fill(bosId, row * seqLen + used, end)
    targets.fill(-1, row * seqLen + used - 1, end) // ignored from the last real id on
  })
  const { index, epoch, progress, lastStep } = layout
  return { index, batchSize, seqLen, inputs, targets, spans, epoch, progress, lastStep, stateAfter }
}

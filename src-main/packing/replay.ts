/**
 * How a row was filled: for every placement, the buffer that the packer chose from, which conversations would have
 * fitted, and which one was taken. It packs one batch again from the state before it, with a copy of the buffer for
 * each placement; of a buffer too large to read through, it lists the {@link MOST_CANDIDATES} conversations nearest to
 * the choice.
 */
import { BatchPacker, refillInSteps } from './batch-packer'
import type { ReplayStep, RowReplay } from './batch.schema'
import type { Candidate } from './conversation-buffer'
import type { LoaderState, PackingOptions } from './types'

/** Nobody reads through more than this, and each placement would have to copy it. */
export const MOST_CANDIDATES = 200

/** What is known of each conversation. */
export interface KnownConversations {
  lengthOf: (conversation: number) => number
  taskOf: (conversation: number) => number
}

/**
 * Yields before each placement. A placement costs a copy of the buffer and, in the replayed row, its sorting.
 *
 * @param state the loader's state before the batch
 * @param conversations conversations in the mixture
 * @param row row of the batch, from 0
 */
export function* replayRow(
  options: PackingOptions,
  conversations: number,
  known: KnownConversations,
  state: LoaderState,
  row: number,
): Generator<void, RowReplay, void> {
  const { lengthOf, taskOf } = known
  const packer = new BatchPacker(options, conversations, state)
  const { capacity } = packer
  const steps: ReplayStep[] = []
  let filled = 0
  while (!packer.batchComplete && packer.isOpen(row)) {
    yield
    yield* refillInSteps(packer, lengthOf)
    const before = packer.candidates()
    const placement = packer.place()
    const padded = placement === undefined && !packer.isOpen(row)
    if (placement?.row !== row && !padded) continue
    const remaining = capacity - filled
    const chosen = placement?.conversation ?? null
    steps.push({
      offset: filled,
      remaining,
      ...about(before, remaining, chosen, taskOf),
      chosen,
      length: placement?.length ?? remaining,
      cropped: placement?.cropped ?? 0,
    })
    filled += placement?.length ?? remaining
  }
  return { batch: state.batches, row, capacity, steps }
}

/** The candidates nearest to the chosen one; where none was chosen, to the shortest, which came nearest to fitting. */
function about(
  buffered: readonly Candidate[],
  remaining: number,
  chosen: number | null,
  taskOf: (conversation: number) => number,
): Pick<ReplayStep, 'buffered' | 'fitting' | 'candidates' | 'first_rank'> {
  const orders = byLength(buffered)
  const rank =
    chosen === null ? orders.length : orders.findIndex((order) => buffered[order]?.conversation === chosen)
  const last = Math.max(0, orders.length - MOST_CANDIDATES)
  const firstRank = Math.min(last, Math.max(0, rank - MOST_CANDIDATES / 2))
  const told = Array.from(orders.subarray(firstRank, firstRank + MOST_CANDIDATES))
  return {
    buffered: orders.length,
    fitting: buffered.reduce((sum, { size }) => sum + (size <= remaining ? 1 : 0), 0),
    candidates: told.flatMap((order) => {
      const found = buffered[order]
      if (found === undefined) return []
      const { conversation, length, size } = found
      return { conversation, task: taskOf(conversation), length, order, fits: size <= remaining }
    }),
    first_rank: firstRank,
  }
}

/** Positions in the buffer, longest first, equals in reading order. Packed into numbers, a million sort in 0.1 s. */
function byLength(buffered: readonly Candidate[]): Float64Array {
  const keys = Float64Array.from(buffered, ({ length }, order) => order - length * PLACES).sort()
  return keys.map((key) => ((key % PLACES) + PLACES) % PLACES)
}

/** Greater than any position in a buffer. */
const PLACES = 2 ** 32

/**
 * How a row was filled: for every placement the buffer the packer chose from, what of it would have fitted, and what was
 * taken. Packs one batch again from the state before it, with a copy of the buffer for each placement of the row.
 */
import { BatchPacker, refill } from './batch-packer'
import type { Candidate } from './conversation-buffer'
import type { LoaderState, PackingOptions } from './types'

/** A conversation in the buffer at the time of a choice. */
export interface ReplayCandidate {
  conversation: number
  length: number
  /** Place in the buffer, from 0: the order in which conversations were read. */
  order: number
  fits: boolean
}

export interface ReplayStep {
  /** First position that is filled. */
  offset: number
  /** Ids that the row has room for. */
  remaining: number
  /** The buffer, longest first, equals in reading order. */
  candidates: ReplayCandidate[]
  /** The one taken; null where the rest of the row is padding. */
  chosen: number | null
  /** Ids placed (or padded), and ids cut off. */
  length: number
  cropped: number
}

export interface RowReplay {
  batch: number
  row: number
  capacity: number
  steps: ReplayStep[]
}

/**
 * @param state the loader's state before the batch
 * @param conversations conversations in the mixture
 * @param row row of the batch, from 0
 */
export function replayRow(
  options: PackingOptions,
  conversations: number,
  lengthOf: (conversation: number) => number,
  state: LoaderState,
  row: number,
): RowReplay {
  const packer = new BatchPacker(options, conversations, state)
  const { capacity } = packer
  const steps: ReplayStep[] = []
  let filled = 0
  while (!packer.batchComplete && packer.isOpen(row)) {
    refill(packer, lengthOf)
    const before = packer.candidates()
    const placement = packer.place()
    const padded = placement === undefined && !packer.isOpen(row)
    if (placement?.row !== row && !padded) continue
    const remaining = capacity - filled
    steps.push({
      offset: filled,
      remaining,
      candidates: byLength(before, remaining),
      chosen: placement?.conversation ?? null,
      length: placement?.length ?? remaining,
      cropped: placement?.cropped ?? 0,
    })
    filled += placement?.length ?? remaining
  }
  return { batch: state.batches, row, capacity, steps }
}

function byLength(candidates: readonly Candidate[], remaining: number): ReplayCandidate[] {
  return candidates
    .map(({ conversation, length, size }, order) => ({
      conversation,
      length,
      order,
      fits: size <= remaining,
    }))
    .sort((a, b) => b.length - a.length || a.order - b.order)
}

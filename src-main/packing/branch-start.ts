/**
 * Where the train loader of a branch begins: at the place of its parent's loader, or at the mixture's start.
 *
 * Where only `exclude` differs, the place is the same one: the mixture's order stays, so that what the parent had
 * buffered and not yet read is found again under its new number, without what is excluded since. The parent's batches
 * are counted in the branch's micro-batches, so that a step's batches have the same numbers in every run.
 */
import type { ExcludedRow } from '../data/exclude.schema'
import type { Mixture } from '../data/mixture'
import type { LoaderState } from './types'

export interface BranchStart {
  /** Batches of the parent's steps. */
  batches: number
  /** The parent's loader; null = the mixture is read from its start. */
  state: LoaderState | null
  /** What the parent excluded. */
  exclude: readonly ExcludedRow[]
}

/** Which part of the mixture a loader reads: every `worldSize`th conversation, from `rank` on. */
interface Reader {
  rank: number
  worldSize: number
}

/** @param mixture the branch's; where there is a state, it has the parent's entries and data */
export function branchState(
  { batches, state, exclude }: BranchStart,
  mixture: Pick<Mixture, 'length' | 'renumbered'>,
  reader: Reader,
): LoaderState {
  if (state === null) return { cursor: reader.rank, epoch: 1, consumed: 0, buffer: [], batches }
  const numbers = mixture.renumbered(exclude)
  const next = numbers.subarray(state.cursor).find((number) => number >= 0)
  const [cursor, epoch] = next === undefined ? [reader.rank, state.epoch + 1] : [next, state.epoch]
  const buffer = state.buffer.map((index) => numbers[index] ?? -1).filter((number) => number >= 0)
  const read = ((epoch - 1) * mixture.length + cursor - reader.rank) / reader.worldSize
  return { cursor, epoch, consumed: read - buffer.length, buffer, batches }
}

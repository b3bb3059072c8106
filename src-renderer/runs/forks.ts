/** The places of a run that can be branched off. */
import type { RunSummary } from '../api/types'
import { count, integer } from '../format/number'

export interface ForkChoice {
  /** Steps of the run that a branch goes on from. */
  step: number
  title: string
  about: string
}

type Kept = Pick<RunSummary, 'step' | 'checkpoints'>

/** The checkpoints that it keeps, the last first, then its beginning, which is always there. */
export function forksOf({ step: made, checkpoints }: Kept): ForkChoice[] {
  const kept = [...checkpoints].reverse().map((step) => ({
    step,
    title: `After step ${integer(step)}`,
    about: step === made ? 'its last step' : `${count(made - step, 'step')} before its last`,
  }))
  return [...kept, { step: 0, title: 'Its beginning', about: 'step 0, with the base checkpoint' }]
}

/** The last of them from which a step is made again; 0 = the beginning. */
export function forkBefore(step: number, { checkpoints }: Kept): number {
  return Math.max(0, ...checkpoints.filter((kept) => kept < step))
}

type Lineage = Pick<RunSummary, 'id' | 'parent'>

/**
 * The run that made a step of a run: a branch has those up to the fork from its parent, which may be a branch as well.
 *
 * @param runs all that there are
 */
export function makerOf(step: number, { id, parent }: Lineage, runs: readonly Lineage[]): string {
  if (parent === null || step > parent.step) return id
  const before = runs.find((run) => run.id === parent.id)
  return before ? makerOf(step, before, runs) : parent.id
}

/** The places of a run that can be branched off. */
import type { RunSummary } from '../api/types'
import { count, integer } from '../format/number'

export interface ForkChoice {
  /** Steps of the run that a branch goes on from. */
  step: number
  title: string
  about: string
}

type Kept = Pick<RunSummary, 'step' | 'checkpoints' | 'parent'>

/**
 * The checkpoints that it keeps, the last first, then its beginning, which is always there; of a branch, that is the
 * checkpoint that it went on from.
 */
export function forksOf(run: Kept): ForkChoice[] {
  const { step: made, checkpoints, parent } = run
  const began = beginningOf(run)
  const kept = checkpoints
    .filter((step) => step > began)
    .map((step) => ({
      step,
      title: `After step ${integer(step)}`,
      about: step === made ? 'its last step' : `${count(made - step, 'step')} before its last`,
    }))
  const base = { step: 0, title: 'Its beginning', about: 'step 0, with the base checkpoint' }
  if (parent === null || began === 0) return [...kept.reverse(), base]
  const fork = {
    step: began,
    title: 'Its beginning',
    about: `after step ${integer(began)} of ${parent.name}`,
  }
  return [...kept.reverse(), fork, { ...base, title: 'The base checkpoint', about: 'step 0' }]
}

/** The last of them from which a step is made again; 0 = the base checkpoint. */
export function forkBefore(step: number, run: Kept): number {
  return Math.max(0, ...[beginningOf(run), ...run.checkpoints].filter((kept) => kept < step))
}

/** Steps that a run goes on from: 0 unless it is a branch. */
function beginningOf({ parent }: Pick<Kept, 'parent'>): number {
  return parent?.step ?? 0
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

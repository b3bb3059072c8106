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

/** The run that made a step of a run: a branch has those up to the fork from its parent. */
export function makerOf(step: number, { id, parent }: Pick<RunSummary, 'id' | 'parent'>): string {
  return parent !== null && step <= parent.step ? parent.id : id
}

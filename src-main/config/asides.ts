/** When a run answers its prompts and when it is measured. Pure: the window computes with it too. */
import type { RunConfig } from './config.schema'

/** The most tokens of an answer to one of a run's prompts: as many as `generate` gives. */
export const MOST_SAMPLE_TOKENS = 256

/** Steps between two, with one at the run's end; null = only there. */
export interface Times {
  every: number | null
}

/** null where it has no prompts, or is never to answer them. */
export function sampleTimes(config: RunConfig): Times | null {
  return config.sample_prompts.length === 0 ? null : timesOf(config.sample_every, config)
}

/** null where it names no tasks, or is never to be measured. */
export function measureTimes(config: RunConfig): Times | null {
  return config.measure_tasks.length === 0 ? null : timesOf(config.measure_every, config)
}

/** @param every null = as often as the run evaluates; -1 = never */
function timesOf(every: number | null, { eval_every }: Pick<RunConfig, 'eval_every'>): Times | null {
  if (every === -1) return null
  return { every: every ?? (eval_every === -1 ? null : eval_every) }
}

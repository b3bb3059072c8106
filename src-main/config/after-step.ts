/** A run's figures that follow from its last step. Pure: the window updates a run with it between two summaries. */
import type { RunSummary, StepMetric } from './run.schema'

/** The figures of a run's summary that its last step determines. */
export type AfterStep = Pick<
  RunSummary,
  'step' | 'progress' | 'last_loss' | 'tok_per_sec' | 'training_time_s'
>

export function afterStep({ step, progress, loss, tok_per_sec, training_time_s }: StepMetric): AfterStep {
  return { step, progress, last_loss: loss, tok_per_sec, training_time_s }
}

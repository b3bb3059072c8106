/**
 * Steps of real runs on several ranks beside what the model of rank-time.ts says of them: the one table of its error.
 *
 * A row is the fastest of 40 steps of the golden base (depth 3, 4 x 256, float32, one micro-batch a step and rank), a
 * thread a rank, on one machine of 2 cores at rest (docs/LOG.md). The time of a micro-batch is that of the run on one rank.
 * The model leaves out what ranks exchange besides gradients, which for a model this small is most of a step.
 */
import { LOOPBACK, rankTime } from './rank-time'

interface MeasuredStep {
  ranks: number
  /** Seconds. */
  step: number
}

/** Bytes of the golden base's gradients. */
const BYTES = 4 * 737_286
const STEPS: readonly MeasuredStep[] = [
  { ranks: 1, step: 0.0313 },
  { ranks: 2, step: 0.0652 },
  { ranks: 3, step: 0.1031 },
]

/** What the model says of a measured step. */
export interface Comparison {
  ranks: number
  /** Seconds a step. */
  predicted: number
  measured: number
  /** (predicted - measured) / measured */
  error: number
}

/** Measured steps and their predictions, by number of ranks. */
export function measuredSteps(): Comparison[] {
  const microBatch = STEPS[0]?.step ?? NaN
  return STEPS.map(({ ranks, step: measured }) => {
    const { compute, reduce } = rankTime({ ...LOOPBACK, ranks, batchesPerStep: 1, microBatch, bytes: BYTES })
    const predicted = compute + reduce
    return { ranks, predicted, measured, error: (predicted - measured) / measured }
  })
}

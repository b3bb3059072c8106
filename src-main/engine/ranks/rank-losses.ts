/** The losses that a step is logged with, where it was made by one rank or by several. */
import type { StepMetric } from '../../config/run.schema'
import { MidbenchError } from '../../errors'
import type { PackedBatch } from '../../packing/types'
import { type MovingAverage, stepLosses } from '../metrics'
import type { StepResult } from '../step-engine'
import { meanByTask } from '../task-sums'

type Losses = ReturnType<typeof stepLosses> & Pick<StepMetric, 'loss_by_task' | 'loss_by_rank'>

/**
 * Losses over the micro-batches of all ranks; the one that is logged is rank 0's last, as in the reference.
 *
 * @param targets number of targets of each micro-batch, by rank
 * @throws MidbenchError `train.diverged` where a loss is not a number
 */
export function rankLosses(
  { losses, byTask, lossesByRank = [losses] }: StepResult,
  targets: readonly number[][],
  before: MovingAverage,
  step: number,
): Losses {
  const wrong = lossesByRank.flat().find((loss) => !Number.isFinite(loss))
  if (wrong !== undefined) throw diverged(step, wrong)
  const rank0Last = <Of>(byRank: readonly Of[][]): Of[] => byRank.toReversed().flat()
  return {
    ...stepLosses(rank0Last(lossesByRank), rank0Last(targets), before),
    loss_by_task: meanByTask(byTask),
    loss_by_rank: lossesByRank.length === 1 ? null : lastByRank(lossesByRank, targets),
  }
}

/** The loss of every rank's last micro-batch; null where that has no targets. */
function lastByRank(losses: readonly number[][], targets: readonly number[][]): (number | null)[] {
  return losses.map((each, rank) => (targets[rank]?.at(-1) === 0 ? null : (each.at(-1) ?? null)))
}

/** Targets that the loss does not ignore. */
export function countTargets({ targets }: Pick<PackedBatch, 'targets'>): number {
  return targets.reduce((count, target) => count + (target < 0 ? 0 : 1), 0)
}

function diverged(step: number, loss: number): MidbenchError {
  return new MidbenchError({
    code: 'train.diverged',
    message: `The loss of step ${String(step)} is ${String(loss)}: the model has diverged.`,
    remedy:
      'Branch off its last checkpoint with lower learning rates, or without the conversation that did it.',
  })
}

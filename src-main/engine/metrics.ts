/** The numbers that a step is logged with, and the seed's log line (docs/REFERENCE.md §5). */
import type { StepMetric } from '../config/run.schema'

const EMA_BETA = 0.9

/** An exponential moving average that starts from zero. */
export interface MovingAverage {
  value: number
  updates: number
}

export const emptyAverage: MovingAverage = { value: 0, updates: 0 }

export function updateAverage(average: MovingAverage, value: number): MovingAverage {
  return {
    value: EMA_BETA * average.value + (1 - EMA_BETA) * value,
    updates: average.updates + 1,
  }
}

/** The average without the bias of its start from zero: divided by `1 - 0.9 ** n` (docs/REFERENCE.md §6.4). */
export function debiased(average: MovingAverage): number {
  return average.value / (1 - EMA_BETA ** average.updates)
}

/** The losses that a step is logged with, and the average after it. */
type StepLosses = Pick<
  StepMetric,
  'loss' | 'loss_last_micro' | 'loss_ema' | 'targets' | 'empty_micro_batches'
> & { average: MovingAverage }

/**
 * A micro-batch without targets has no loss: it takes no part in the mean, and leaves the average as it is
 * (docs/REFERENCE.md §6.14).
 *
 * @param losses of each micro-batch
 * @param targets number of targets of each
 */
export function stepLosses(
  losses: readonly number[],
  targets: readonly number[],
  before: MovingAverage,
): StepLosses {
  const known = losses.filter((_, i) => targets[i] !== 0)
  const last = targets.at(-1) === 0 ? null : (losses.at(-1) ?? null)
  const average = last === null ? before : updateAverage(before, last)
  return {
    loss: known.length === 0 ? null : mean(known),
    loss_last_micro: last,
    loss_ema: average.updates === 0 ? null : debiased(average),
    targets: targets.reduce((sum, count) => sum + count, 0),
    empty_micro_batches: losses.length - known.length,
    average,
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Model FLOPs used, in percent of the device's peak; null when the peak is not known. */
export function modelFlopsUtilisation(flopsPerSecond: number, peak: number | null): number | null {
  return peak === null ? null : (100 * flopsPerSecond) / peak
}

/**
 * The seed's line for a step. The loss is the moving average of the last micro-batch's; where a step has several
 * micro-batches, their mean follows at the end.
 */
export function stepLine(metric: StepMetric, microBatches: number): string {
  const fields = [
    `step ${padStep(metric.step)} (${(100 * metric.progress).toFixed(2)}%)`,
    `loss: ${lossText(metric.loss_ema)}`,
    `lrm: ${metric.lrm.toFixed(2)}`,
    `dt: ${metric.dt_ms.toFixed(2)}ms`,
    `tok/sec: ${Math.trunc(metric.tok_per_sec).toLocaleString('en-US')}`,
    `mfu: ${metric.mfu === null ? 'not known' : metric.mfu.toFixed(2)}`,
    `epoch: ${String(metric.epoch)}`,
    `total time: ${(metric.training_time_s / 60).toFixed(2)}m`,
  ]
  if (microBatches > 1) fields.push(`mean loss: ${lossText(metric.loss)}`)
  return fields.join(' | ')
}

/** A loss that no target was there for is not known. */
function lossText(loss: number | null): string {
  return loss === null ? 'not known' : loss.toFixed(6)
}

/** The seed's line for an evaluation. */
export function evalLine(step: number, valBpb: number): string {
  return `Step ${padStep(step)} | Validation bpb: ${valBpb.toFixed(4)}`
}

export function padStep(step: number): string {
  return String(step).padStart(5, '0')
}

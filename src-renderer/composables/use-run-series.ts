/**
 * A run's record as lines for charts, appended to as it grows. A fresh record (another run) starts fresh lines.
 */
import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { EvalMetric, StepMetric } from '../api/types'
import { syncPoints, type Point } from '../charts/series'
import type { RunRecordState } from './use-run-record'

export interface RunSeries {
  loss: Point[]
  lossEma: Point[]
  bpb: Point[]
  /** Of every entry of mixture.val, by its index. */
  taskBpb: Map<number, Point[]>
  lrm: Point[]
  momentum: Point[]
  speed: Point[]
  /** No points for steps of runs that did not measure it. */
  gradNorm: Point[]
}

/** The line of each figure of a step. */
const STEP_LINES: readonly [Exclude<keyof RunSeries, 'taskBpb'>, (step: StepMetric) => number | null][] = [
  ['loss', (step) => step.loss],
  ['lossEma', (step) => step.loss_ema],
  ['lrm', (step) => step.lrm],
  ['momentum', (step) => step.momentum],
  ['speed', (step) => step.tok_per_sec],
  ['gradNorm', (step) => step.grad_norm],
]
const bpb = (evaluation: EvalMetric): number => evaluation.val_bpb
const bpbOf =
  (entry: number) =>
  (evaluation: EvalMetric): number | null =>
    evaluation.per_task?.find((task) => task.entry === entry)?.val_bpb ?? null

const fresh = (): RunSeries => ({
  loss: [],
  lossEma: [],
  bpb: [],
  taskBpb: new Map(),
  lrm: [],
  momentum: [],
  speed: [],
  gradNorm: [],
})

export interface UseRunSeriesReturn {
  series: ShallowRef<RunSeries>
  /** Grows when points were added. */
  version: ShallowRef<number>
}

export function useRunSeries(record: Readonly<Ref<RunRecordState>>): UseRunSeriesReturn {
  const series = shallowRef<RunSeries>(fresh())
  const version = shallowRef(0)
  let of: StepMetric[] | null = null

  function sync(): void {
    const { steps, evals } = record.value
    if (steps !== of) {
      of = steps
      series.value = fresh()
    }
    for (const [name, value] of STEP_LINES) syncPoints(series.value[name], steps, value)
    syncPoints(series.value.bpb, evals, bpb)
    for (const { entry } of evals.at(-1)?.per_task ?? []) {
      const line = series.value.taskBpb.get(entry) ?? []
      series.value.taskBpb.set(entry, line)
      syncPoints(line, evals, bpbOf(entry))
    }
    version.value += 1
  }

  watch(() => [record.value.steps, record.value.version], sync, { immediate: true })
  return { series, version }
}

/**
 * A run's record as lines for charts, which are appended to as it grows. Another run's record starts new lines.
 */
import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { EvalMetric, RunDetail, StepMetric } from '../api/types'
import { syncPoints, type Point } from '../charts/series'
import { RunAxes } from '../charts/x-axes'
import { DRAWN_FIGURES, syncFigure, type FigurePoints } from '../charts/step-charts'
import type { RunRecordState } from './use-run-record'

export interface RunSeries {
  /** Where its steps lie. */
  axes: RunAxes
  /** The points of every drawn figure of a step; none for steps of runs that did not measure it. */
  figures: Map<keyof StepMetric, FigurePoints>
  bpb: Point[]
  /** The points of every entry of mixture.val, by its index. */
  taskBpb: Map<number, Point[]>
}

const bpb = (evaluation: EvalMetric): number => evaluation.val_bpb
const bpbOf =
  (entry: number) =>
  (evaluation: EvalMetric): number | null =>
    evaluation.per_task?.find((task) => task.entry === entry)?.val_bpb ?? null

const fresh = (detail: RunRecordState['detail']): RunSeries => ({
  axes: axesOf(detail),
  figures: new Map(DRAWN_FIGURES.map(({ key }) => [key, new Map()])),
  bpb: [],
  taskBpb: new Map(),
})

/** Where a run's steps lie on what its curves can be drawn over. */
export function axesOf(detail: Pick<RunDetail, 'config' | 'created_at'> | null): RunAxes {
  return new RunAxes({
    tokens: detail?.config.total_batch_size ?? NaN,
    startedAt: detail?.created_at ?? NaN,
    onePass: detail?.config.num_iterations === -1,
  })
}

export interface UseRunSeriesReturn {
  series: ShallowRef<RunSeries>
  /** Grows when points were added. */
  version: ShallowRef<number>
}

export function useRunSeries(record: Readonly<Ref<RunRecordState>>): UseRunSeriesReturn {
  const series = shallowRef<RunSeries>(fresh(record.value.detail))
  const version = shallowRef(0)
  let of: StepMetric[] | null = null

  function sync(): void {
    const { steps, evals } = record.value
    if (steps !== of) {
      of = steps
      series.value = fresh(record.value.detail)
    }
    series.value.axes.follow(steps)
    const grown = DRAWN_FIGURES.map((figure) => {
      const points = series.value.figures.get(figure.key)
      return points !== undefined && syncFigure(points, figure, steps)
    })
    if (grown.includes(true)) series.value = { ...series.value } // there are more lines, not only more points
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

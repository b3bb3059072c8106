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

/** A record's lines as they are now. */
export function seriesOf(record: RunRecordState): RunSeries {
  const series = fresh(record.detail)
  follow(series, record)
  return series
}

/** Appends what the record has beyond the lines. @returns whether there are more lines, not only more points */
function follow(series: RunSeries, { steps, evals }: RunRecordState): boolean {
  series.axes.follow(steps)
  const grown = DRAWN_FIGURES.map((figure) => {
    const points = series.figures.get(figure.key)
    return points !== undefined && syncFigure(points, figure, steps)
  })
  syncPoints(series.bpb, evals, bpb)
  for (const { entry } of evals.at(-1)?.per_task ?? []) {
    const line = series.taskBpb.get(entry) ?? []
    series.taskBpb.set(entry, line)
    syncPoints(line, evals, bpbOf(entry))
  }
  return grown.includes(true)
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
    const { steps } = record.value
    if (steps !== of) {
      of = steps
      series.value = fresh(record.value.detail)
    }
    if (follow(series.value, record.value)) series.value = { ...series.value }
    version.value += 1
  }

  watch(() => [record.value.steps, record.value.version], sync, { immediate: true })
  return { series, version }
}

/**
 * The records of the runs selected for comparing, as lines. Each is fetched once.
 */
import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { EvalMetric, RunDetail, StepMetric } from '../api/types'
import { syncPoints, type Point } from '../charts/series'
import { COMPARED_BY_TASK, COMPARED_FIGURES, syncFigure, type FigurePoints } from '../charts/step-charts'
import { axesOf } from './use-run-series'
import type { RunAxes } from '../charts/x-axes'
import { entryTitles } from '../mixture/entry'

export interface ComparedRun {
  detail: RunDetail
  /** Where its steps lie. */
  axes: RunAxes
  evals: readonly EvalMetric[]
  /** The points of every figure that is compared. */
  figures: Map<keyof StepMetric, Point[]>
  /** The points of every figure that is compared by task, for each task by its title. */
  byTask: Map<keyof StepMetric, FigurePoints>
  bpb: Point[]
}

async function fetchRun(runId: string): Promise<ComparedRun> {
  const { detail, steps, evals } = await call('runs.watch', { runId, fromStep: 0 })
  const figures = COMPARED_FIGURES.map((figure): [keyof StepMetric, Point[]] => {
    const points: FigurePoints = new Map()
    syncFigure(points, figure, steps)
    return [figure.key, points.get('') ?? []]
  })
  const byTask = COMPARED_BY_TASK.map((figure): [keyof StepMetric, FigurePoints] => {
    const points: FigurePoints = new Map()
    syncFigure(points, figure, steps)
    const titled = entryTitles(detail.config.mixture.train).map((title, index): [string, Point[]] => [
      title,
      points.get(String(index)) ?? [],
    ])
    return [figure.key, new Map(titled)]
  })
  const axes = axesOf(detail)
  axes.follow(steps)
  const run: ComparedRun = {
    detail,
    axes,
    evals,
    figures: new Map(figures),
    byTask: new Map(byTask),
    bpb: [],
  }
  syncPoints(run.bpb, evals, (evaluation) => evaluation.val_bpb)
  return run
}

export interface UseComparedRunsReturn {
  compared: ShallowRef<ComparedRun[]>
  error: ShallowRef<CallError | null>
}

export function useComparedRuns(ids: Readonly<Ref<readonly string[]>>): UseComparedRunsReturn {
  const compared = shallowRef<ComparedRun[]>([])
  const error = shallowRef<CallError | null>(null)
  const known = new Map<string, Promise<ComparedRun>>()
  let request = 0

  async function load(): Promise<void> {
    const ours = ++request
    try {
      const runs = await Promise.all(
        ids.value.map((id) => {
          const asked = known.get(id) ?? fetchRun(id)
          known.set(id, asked)
          asked.catch(() => known.delete(id))
          return asked
        }),
      )
      if (ours !== request) return
      compared.value = runs
      error.value = null
    } catch (failure) {
      if (ours === request) error.value = toCallError(failure)
    }
  }

  watch(ids, () => void load(), { immediate: true })
  return { compared, error }
}

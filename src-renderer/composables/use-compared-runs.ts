/**
 * The records of the runs selected for comparing, each fetched once, as lines.
 */
import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { RunDetail } from '../api/types'
import { syncPoints, type Point } from '../charts/series'

export interface ComparedRun {
  detail: RunDetail
  loss: Point[]
  bpb: Point[]
  gradNorm: Point[]
}

async function fetchRun(runId: string): Promise<ComparedRun> {
  const { detail, steps, evals } = await call('runs.watch', { runId, fromStep: 0 })
  const run: ComparedRun = { detail, loss: [], bpb: [], gradNorm: [] }
  syncPoints(run.loss, steps, (step) => step.loss_ema)
  syncPoints(run.bpb, evals, (evaluation) => evaluation.val_bpb)
  syncPoints(run.gradNorm, steps, (step) => step.grad_norm)
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

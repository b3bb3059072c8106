/**
 * All runs, newest first, kept up to date by the main process's events.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { afterStep } from '../../src-main/contract/contract'
import { call } from '../api/client'
import type { RunSummary } from '../api/types'
import { currentRun } from '../runs/run-state'
import { useEvent } from './use-event'

export const useRuns = createSharedComposable(() => {
  const runs = shallowRef<RunSummary[]>([])
  const loaded = shallowRef(false)
  const current = computed(() => currentRun(runs.value))

  function put(run: RunSummary): void {
    const others = runs.value.filter(({ id }) => id !== run.id)
    runs.value = [...others, run].sort((a, b) => b.created_at - a.created_at)
  }

  function drop(id: string): void {
    runs.value = runs.value.filter((run) => run.id !== id)
  }

  async function load(): Promise<void> {
    const list = await call('runs.list', {})
    runs.value = [...list].sort((a, b) => b.created_at - a.created_at)
    loaded.value = true
  }

  useEvent('run.changed', ({ run }) => put(run))
  useEvent('run.metrics', ({ runId, state, steps }) => {
    const run = runs.value.find(({ id }) => id === runId)
    const last = steps.at(-1) // summaries are only sent when a run's state changes
    if (run) put({ ...run, ...(last && afterStep(last)), state })
  })
  useEvent('run.removed', ({ runId }) => drop(runId))
  return { runs, loaded, current, load }
})

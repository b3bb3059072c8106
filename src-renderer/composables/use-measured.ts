/**
 * All that is kept of measuring, of checkpoints and of runs. It is read again when a measuring has ended a task, when a run
 * has measured itself, and on request.
 */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { KeptModel } from '../api/types'
import { useEvent } from './use-event'
import { useMeasuring } from './use-measuring'
import { useRuns } from './use-runs'

export const useMeasured = createSharedComposable(() => {
  const kept = shallowRef<KeptModel[]>([])
  const error = shallowRef<CallError | null>(null)
  const { list } = useMeasuring()
  const { runs } = useRuns()

  async function refresh(): Promise<void> {
    try {
      kept.value = await call('measuring.kept', {})
      error.value = null
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  useEvent('run.metrics', ({ measures }) => {
    if (measures.length > 0) void refresh()
  })
  watchDebounced(
    () =>
      JSON.stringify([
        list.value.map(({ id, state, tasks }) => [id, state, tasks.map((task) => task.state)]),
        runs.value.map(({ id, state }) => [id, state]),
      ]),
    () => void refresh(),
    { debounce: 200, immediate: true },
  )
  return { kept, error, refresh }
})

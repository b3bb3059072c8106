/**
 * The checkpoints of the project's nanochat folder and of the runs. They are listed when the place is opened, when an
 * input of the list changes, and on request. The old list stays in sight meanwhile.
 */
import { watchDebounced } from '@vueuse/core'
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { CheckpointList, CheckpointRow } from '../api/types'
import { keyOf } from '../checkpoints/rows'
import { useJob, type UseJobReturn } from './use-job'
import { useProject } from './use-project'
import { useRuns } from './use-runs'

/** The key of the selected row; kept when the place is left. */
const selected = shallowRef<string | null>(null)

export interface UseCheckpointsReturn extends Pick<UseJobReturn, 'running' | 'progress' | 'cancel'> {
  /** null before the first listing. */
  list: ShallowRef<CheckpointList | null>
  /** The selected row. */
  row: ComputedRef<CheckpointRow | null>
  error: ShallowRef<CallError | null>
  refresh: () => Promise<void>
  select: (row: CheckpointRow | null) => void
  startFrom: (row: CheckpointRow) => Promise<void>
}

export function useCheckpoints(): UseCheckpointsReturn {
  const { project, config, edit, flush } = useProject()
  const { runs } = useRuns()
  const { running, progress, run, cancel } = useJob()
  const list = shallowRef<CheckpointList | null>(null)
  const error = shallowRef<CallError | null>(null)
  const row = computed(() => list.value?.rows.find((each) => keyOf(each) === selected.value) ?? null)

  async function refresh(): Promise<void> {
    const current = project.value
    if (!current) return
    try {
      const { config: of, dir } = current
      const answer = await run((job) => call('checkpoints.list', { config: of, dir, job }))
      if (!answer) return
      list.value = answer
      error.value = null
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  /** Makes the project's runs start from a checkpoint; it can be undone like any edit. */
  async function startFrom({ tag, step }: CheckpointRow): Promise<void> {
    if (!config.value) return
    edit({ model_tag: tag, model_step: step })
    await flush()
  }

  function select(of: CheckpointRow | null): void {
    selected.value = of === null ? null : keyOf(of)
  }

  watchDebounced(
    () =>
      JSON.stringify([
        config.value && [config.value.base_dir, config.value.model_tag, config.value.model_step],
        project.value?.dir,
        runs.value.map(({ id, checkpoints, state }) => [id, checkpoints, state === 'done']),
      ]),
    () => void refresh(),
    { debounce: 200, immediate: true },
  )

  return { list, row, error, running, progress, cancel, refresh, select, startFrom }
}

/**
 * The source of the batches in sight: the project, or the chosen run, whose options are fetched when it is chosen. If
 * that run is removed, the project takes its place. Of what several ranks train, it is the chosen rank's batches.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { RunDetail } from '../api/types'
import { firstBatchOf, projectSource, runSource } from '../packing/source'
import { useEvent } from './use-event'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useProject } from './use-project'
import { useRuns } from './use-runs'

export const usePackingSource = createSharedComposable(() => {
  const { project } = useProject()
  const { packingRun: runId, batch, rank } = useNavigation()
  const { runs } = useRuns()
  const { tell } = useNotices()
  const known = shallowRef<Parameters<typeof runSource>[0] | null>(null)
  const error = shallowRef<CallError | null>(null)
  let request = 0

  /** Null while it is not known; nothing of another source is shown meanwhile. */
  const source = computed(() => {
    if (runId.value === null) return project.value && projectSource(project.value, rank.value)
    return known.value?.detail.id === runId.value ? runSource(known.value, rank.value) : null
  })
  /** Why it cannot be known; only a run's source can fail. */
  const failed = computed(() => (runId.value === null ? null : error.value))

  async function describe(): Promise<void> {
    const ours = ++request
    error.value = null
    if (runId.value === null) return
    try {
      const described = await call('packing.run', { runId: runId.value })
      if (ours !== request) return
      skipToOwn(described.detail)
      known.value = described
    } catch (failure) {
      if (ours !== request) return
      const fault = toCallError(failure)
      if (fault.code === 'run.unknown')
        runId.value = null // it is on another machine, or was removed since
      else error.value = fault
    }
  }

  /** A branch has no batches of its own up to the fork. */
  function skipToOwn({ parent, config }: RunDetail): void {
    const first = parent === null ? 0 : firstBatchOf(parent.step + 1, config)
    if (batch.value.split === 'train' && batch.value.batch < first)
      batch.value = { split: 'train', batch: first }
  }

  /** The run's state: its record and model exist once it trains. */
  const state = computed(() => runs.value.find(({ id }) => id === runId.value)?.state)
  watch([runId, state], () => void describe(), { immediate: true })
  useEvent('run.removed', ({ runId: removed }) => {
    if (removed !== runId.value) return
    runId.value = null
    tell('The run was removed: Packing shows the project’s batches')
  })

  return { source, error: failed, describe }
})

/**
 * What goes on between Start and a run's first step: the data is opened, then the run exists and prepares itself. Both
 * take long with data that was not opened before. Cancelling while the data is opened leaves nothing behind; after
 * that, the run is stopped.
 */
import { refDebounced } from '@vueuse/core'
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { call } from '../api/client'
import type { CallInput } from '../../src-main/contract/contract'
import type { JobProgress, RunSummary } from '../api/types'
import { useEvent } from './use-event'
import { useJob } from './use-job'

/** A beginning shorter than this is not shown, since it would only flicker. */
const SHOWN_AFTER_MS = 300

export interface Beginning {
  label: string
  progress: JobProgress | null
}

export interface UseRunBeginningReturn {
  /** @throws CallError where the run cannot begin; a cancelled beginning ends without an error */
  begin: (request: CallInput<'runs.start'>) => Promise<void>
  /** Whether the data has been opening for a while, and there is no run yet. */
  opening: ComputedRef<boolean>
  /** What is being done now; null where nothing is, or only briefly. */
  beginning: ComputedRef<Beginning | null>
  /** Cancels the beginning, while there is no run yet. */
  cancel: () => void
}

export function useRunBeginning(run: Readonly<Ref<RunSummary | null>>): UseRunBeginningReturn {
  const { running, progress, run: runJob, cancel } = useJob()
  const late = refDebounced(running, SHOWN_AFTER_MS)
  const opening = computed(() => running.value !== null && late.value === running.value)
  /** How far the run's own preparing is: a job named by the run's id. */
  const prepared = shallowRef<JobProgress | null>(null)

  useEvent('job.progress', (event) => {
    if (run.value?.state === 'preparing' && event.job === run.value.id) prepared.value = event
  })
  watch(
    () => [run.value?.id, run.value?.state],
    () => {
      prepared.value = null
    },
  )

  const beginning = computed<Beginning | null>(() => {
    if (opening.value) return { label: 'Opening the data', progress: progress.value }
    return prepared.value && { label: 'Preparing the run', progress: prepared.value }
  })

  async function begin(request: CallInput<'runs.start'>): Promise<void> {
    await runJob((job) => call('runs.start', { ...request, job }))
  }

  return { begin, opening, beginning, cancel }
}

/**
 * What goes on between Start and a run's first step: its data is opened, and only then is there a run, which prepares
 * itself. Both take long with data that was not opened before. Cancelling the first leaves nothing, the second stops.
 */
import { refDebounced } from '@vueuse/core'
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { call } from '../api/client'
import type { CallInput } from '../../src-main/contract/contract'
import type { JobProgress, RunSummary } from '../api/types'
import { useEvent } from './use-event'
import { useJob } from './use-job'

/** A beginning that is over sooner is not shown: it would only flicker. */
const SHOWN_AFTER_MS = 300

export interface Beginning {
  label: string
  progress: JobProgress | null
}

export interface UseRunBeginningReturn {
  /** @throws CallError where the run cannot begin; a cancelled one does nothing */
  begin: (request: CallInput<'runs.start'>) => Promise<void>
  /** Whether there is no run yet, and has not been for a while. */
  opening: ComputedRef<boolean>
  /** What is being done now; null where nothing is, or not for long. */
  beginning: ComputedRef<Beginning | null>
  /** Breaks off what was begun, while there is no run yet. */
  cancel: () => void
}

export function useRunBeginning(run: Readonly<Ref<RunSummary | null>>): UseRunBeginningReturn {
  const { running, progress, run: runJob, cancel } = useJob()
  const late = refDebounced(running, SHOWN_AFTER_MS)
  const opening = computed(() => running.value !== null && late.value === running.value)
  /** How far the run itself is with preparing: a job by its id. */
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

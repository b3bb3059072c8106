/** What a run asks its model between two steps, and how far it is: "measuring SpellingBee 12 of 64". */
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { JobProgress, RunSummary } from '../api/types'
import { integer } from '../format/number'
import { useEvent } from './use-event'

/** @returns null while it asks nothing */
export function useRunAsking(run: Readonly<Ref<RunSummary | null>>): ComputedRef<string | null> {
  const progress = shallowRef<JobProgress | null>(null)
  useEvent('job.progress', (event) => {
    if (run.value?.state === 'evaluating' && event.job === run.value.id) progress.value = event
  })
  watch([() => run.value?.id, () => run.value?.state], () => {
    progress.value = null
  })
  return computed(() => {
    if (progress.value === null) return null
    const { what, done, total } = progress.value
    return `${what} ${integer(done)}${total === null ? '' : ` of ${integer(total)}`}`
  })
}

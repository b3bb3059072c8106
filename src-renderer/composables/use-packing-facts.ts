/**
 * What a preflight has to know of the whole epoch: its steps, what the val mixture fills, what each task loses, what
 * the run leaves out. Counting needs every conversation's length. It takes moments once these are known, and minutes
 * for a mixture that has never been rendered. So it is a job, and leaving the place that shows it cancels it.
 */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { PackingFacts } from '../api/types'
import { planContext } from '../packing/context'
import { useDownloads } from './use-downloads'
import { useJob } from './use-job'
import { useProject } from './use-project'

export const usePackingFacts = createSharedComposable(() => {
  const { project } = useProject()
  const job = useJob()
  const known = shallowRef<{ of: string; facts: PackingFacts } | null>(null)
  const error = shallowRef<CallError | null>(null)

  /** What decides the facts: the plan of the epoch, and how many steps of it the run takes. */
  const context = computed(() =>
    project.value ? `${planContext(project.value)} ${project.value.config.num_iterations}` : null,
  )
  /** Null while they are not known; facts of other options are never shown. */
  const facts = computed(() => (known.value?.of === context.value ? known.value.facts : null))

  /** Counts, unless the facts are known. */
  async function count(): Promise<void> {
    job.cancel()
    error.value = null
    const of = context.value
    if (!project.value || of === null || facts.value) return
    const { config, dir } = project.value
    try {
      const answer = await job.run((name) => call('packing.facts', { config, dir, job: name }))
      if (answer) known.value = { of, facts: answer }
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  return { facts, error, counting: job.running, progress: job.progress, context, count, cancel: job.cancel }
})

/** The facts, counted without being asked for as long as the caller is there, and again when their inputs change. */
export function useCountedFacts(): ReturnType<typeof usePackingFacts> {
  const shared = usePackingFacts()
  const { finished } = useDownloads()
  watchDebounced([shared.context, finished], () => void shared.count(), { debounce: 300, immediate: true })
  onScopeDispose(shared.cancel)
  return shared
}

/**
 * The packed batch in sight. It stays until the next one is packed. The last few are kept and the next one is fetched
 * ahead, so that stepping is immediate. Batches of one source are never shown for another: when the source changes, the
 * batch in sight is dropped and its packing jobs are cancelled.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { BatchView, JobProgress, SplitName } from '../api/types'
import { batchModel } from '../packing/batch-model'
import { packingContext } from '../packing/context'
import type { PackingSource } from '../packing/source'
import { useEvent } from './use-event'
import { jobName } from './use-job'
import { useNavigation } from './use-navigation'
import { usePackingSource } from './use-packing-source'

const KEPT = 6

interface Fetched {
  answer: Promise<BatchView>
  job: string
  /** The run's id; null for the project. */
  run: string | null
}

export const useBatch = createSharedComposable(() => {
  const { source } = usePackingSource()
  const { batch: target, packingRun } = useNavigation()
  /** The batch, and the options that it was packed with. */
  const shown = shallowRef<{ batch: BatchView; source: PackingSource } | null>(null)
  const error = shallowRef<CallError | null>(null)
  const loading = shallowRef(false)
  /** Progress of the batch that is waited for. */
  const progress = shallowRef<JobProgress | null>(null)
  const cache = new Map<string, Fetched>()
  let waitedFor: string | null = null
  let request = 0

  const batch = computed(() => shown.value?.batch ?? null)
  const model = computed(() => (batch.value ? batchModel(batch.value) : null))
  const context = computed(() => (source.value ? packingContext(source.value) : null))

  function fetchBatch({ of, run }: PackingSource, split: SplitName, index: number): Fetched {
    const key = `${split} ${index} ${context.value}`
    const known = cache.get(key)
    if (known) return known
    const job = jobName()
    const answer = call('packing.batch', { ...of, split, batch: index, job })
    const fetched = { answer, job, run: run?.id ?? null }
    cache.set(key, fetched)
    answer.catch(() => cache.delete(key))
    const [oldest] = cache.keys()
    if (cache.size > KEPT && oldest !== undefined) cache.delete(oldest)
    return fetched
  }

  async function load(): Promise<void> {
    const ours = ++request
    const from = source.value
    if (!from) return
    const { split, batch: index } = target.value
    const { answer, job } = fetchBatch(from, split, index)
    waitedFor = job
    progress.value = null
    loading.value = true
    try {
      const packed = await answer
      if (ours !== request) return
      shown.value = { batch: packed, source: from }
      error.value = null
      if (!packed.last_step) fetchBatch(from, split, index + 1).answer.catch(() => undefined)
    } catch (failure) {
      if (ours === request) error.value = toCallError(failure)
    } finally {
      if (ours === request) {
        loading.value = false
        progress.value = null
      }
    }
  }

  /** Cancels the batch that the person waits for. */
  function cancel(): void {
    if (waitedFor) call('jobs.cancel', { job: waitedFor }).catch(() => undefined) // it may just have finished
  }

  useEvent('job.progress', (event) => {
    if (event.job === waitedFor && loading.value) progress.value = event
  })
  watch(packingRun, (run) => {
    request += 1
    shown.value = null
    error.value = null
    loading.value = false
    for (const [key, fetched] of cache) {
      if (fetched.run === run) continue
      cache.delete(key)
      call('jobs.cancel', { job: fetched.job }).catch(() => undefined)
    }
  })
  watch([target, context], () => void load(), { immediate: true })

  return { batch, model, shown, error, loading, progress, load, cancel }
})

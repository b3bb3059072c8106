/**
 * The packed batch in sight. The last one stays while the next is packed; the few seen last are kept, and the next one is
 * fetched ahead, so that stepping is immediate.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { BatchView, SplitName } from '../api/types'
import { batchModel } from '../packing/batch-model'
import { packingContext } from '../packing/context'
import { useNavigation } from './use-navigation'
import { useProject } from './use-project'

const KEPT = 6

export const useBatch = createSharedComposable(() => {
  const { project } = useProject()
  const { batch: target } = useNavigation()
  const batch = shallowRef<BatchView | null>(null)
  const error = shallowRef<CallError | null>(null)
  const loading = shallowRef(false)
  const cache = new Map<string, Promise<BatchView>>()
  let request = 0

  const model = computed(() => (batch.value ? batchModel(batch.value) : null))
  const context = computed(() => (project.value ? packingContext(project.value) : null))

  function fetchBatch(split: SplitName, index: number): Promise<BatchView> {
    const key = `${split} ${index} ${context.value}`
    const known = cache.get(key)
    if (known) return known
    const { config, dir } = project.value ?? {}
    if (!config || dir === undefined) return Promise.reject(new Error('No project is open'))
    const asked = call('packing.batch', { config, dir, split, batch: index })
    cache.set(key, asked)
    asked.catch(() => cache.delete(key))
    while (cache.size > KEPT) {
      const oldest = cache.keys().next().value
      if (oldest === undefined) break
      cache.delete(oldest)
    }
    return asked
  }

  async function load(): Promise<void> {
    if (!context.value) return
    const ours = ++request
    const { split, batch: index } = target.value
    loading.value = true
    try {
      const answer = await fetchBatch(split, index)
      if (ours !== request) return
      batch.value = answer
      error.value = null
      if (!answer.last_step) void fetchBatch(split, index + 1).catch(() => undefined)
    } catch (failure) {
      if (ours === request) error.value = toCallError(failure)
    } finally {
      if (ours === request) loading.value = false
    }
  }

  watch([target, context], () => void load(), { immediate: true })

  return { batch, model, error, loading, load }
})

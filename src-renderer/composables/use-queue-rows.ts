/** The rows of the queue's table. An item's options never change, so they are asked for once. */
import { computed, shallowRef, watch, type ComputedRef } from 'vue'
import { call } from '../api/client'
import type { RunConfig } from '../api/types'
import { queueRows, type QueueRow } from '../runs/queue-rows'
import { useNotices } from './use-notices'
import { useQueue } from './use-queue'
import { useRuns } from './use-runs'

export function useQueueRows(): { rows: ComputedRef<QueueRow[]> } {
  const { view } = useQueue()
  const { runs } = useRuns()
  const { attempt } = useNotices()
  const configs = shallowRef<ReadonlyMap<string, RunConfig>>(new Map())
  /** The items as a text, which stays equal while they do. */
  const all = computed(() => view.value.items.map(({ id }) => id).join('\n'))

  async function load(): Promise<void> {
    const ids = all.value.split('\n').filter((id) => id !== '' && !configs.value.has(id))
    if (ids.length === 0) return
    const came = await attempt('The options of queued runs cannot be read', () =>
      call('queue.configs', { ids }),
    )
    if (came)
      configs.value = new Map([...configs.value, ...came.map(({ id, config }) => [id, config] as const)])
  }
  watch(all, () => void load(), { immediate: true })

  return { rows: computed(() => queueRows(view.value.items, runs.value, configs.value)) }
}

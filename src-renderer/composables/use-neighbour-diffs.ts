/**
 * How each run differs from the one started before it. A run's options never change, so they are asked for once, and
 * compared again only when a run comes or goes, not when a run's figures advance.
 */
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { call } from '../api/client'
import type { RunConfig, RunSummary } from '../api/types'
import { neighbourDiff, type NeighbourDiff } from '../runs/neighbour-diff'
import { useNotices } from './use-notices'

export interface UseNeighbourDiffsReturn {
  /** By the run's id. A run whose options have not arrived, or that has none before it, is missing. */
  diffs: ComputedRef<ReadonlyMap<string, NeighbourDiff>>
}

/** @param runs all runs, newest first */
export function useNeighbourDiffs(runs: Readonly<Ref<readonly RunSummary[]>>): UseNeighbourDiffsReturn {
  const { attempt } = useNotices()
  const configs = shallowRef<ReadonlyMap<string, RunConfig>>(new Map())
  /** The order as a text: it stays equal while the runs do, so that what depends on it is not computed again. */
  const order = computed(() => runs.value.map(({ id }) => id).join('\n'))
  const ids = computed(() => order.value.split('\n').filter(Boolean))

  async function load(): Promise<void> {
    const runIds = ids.value.filter((id) => !configs.value.has(id))
    if (runIds.length === 0) return
    const came = await attempt('The options of the runs cannot be read', () =>
      call('runs.configs', { runIds }),
    )
    if (came)
      configs.value = new Map([...configs.value, ...came.map(({ id, config }) => [id, config] as const)])
  }
  watch(ids, () => void load(), { immediate: true })

  const diffs = computed(() => {
    const found = new Map<string, NeighbourDiff>()
    ids.value.forEach((id, index) => {
      const config = configs.value.get(id)
      const before = configs.value.get(ids.value[index + 1] ?? '')
      if (config && before) found.set(id, neighbourDiff(before, config))
    })
    return found
  })
  return { diffs }
}

/**
 * The Runs table: its rows as they are filtered and sorted, and its columns as a person chose them, which the settings
 * keep. What is filtered by is kept while the window is open.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef, type ComputedRef, type Ref } from 'vue'
import type { Settings } from '../api/types'
import type { RunColumn, RunRow } from '../runs/columns'
import { byName, EVERY_RUN, matching, sorted, type RunFilter } from '../runs/table'
import { useSettings } from './use-settings'

type Kept = NonNullable<Settings['runs_table']>
const UNCHANGED: Kept = { hidden: [], by: 'started', descending: true }

/** The key of the column of names, which is always there. */
export const NAME = 'name'

const useRunFilter = createSharedComposable(() => ({ filter: shallowRef<RunFilter>(EVERY_RUN) }))

export interface UseRunTableReturn {
  /** What is looked for. */
  filter: Ref<RunFilter>
  shown: ComputedRef<RunRow[]>
  /** The columns that were not hidden. */
  chosen: ComputedRef<RunColumn[]>
  sort: ComputedRef<Pick<Kept, 'by' | 'descending'>>
  /** Sorts by a column; by the same one again, the other way. */
  sortBy: (key: string) => void
  /** Hides a column, or shows it again. */
  toggle: (key: string) => void
  /** Shows every column, the newest run first. */
  reset: () => void
}

/** @param rows all runs, newest first. @param columns every column that there is */
export function useRunTable(
  rows: Readonly<Ref<readonly RunRow[]>>,
  columns: readonly RunColumn[],
): UseRunTableReturn {
  const { settings, update } = useSettings()
  const { filter } = useRunFilter()
  const kept = computed(() => settings.value?.runs_table ?? UNCHANGED)
  const chosen = computed(() => columns.filter(({ key }) => !kept.value.hidden.includes(key)))

  const shown = computed(() => {
    const { by, descending } = kept.value
    const value = by === NAME ? byName : columns.find(({ key }) => key === by)?.by
    return sorted(matching(rows.value, filter.value), value, descending)
  })

  const keep = (change: Partial<Kept>): void => void update({ runs_table: { ...kept.value, ...change } })

  function sortBy(key: string): void {
    const { by, descending } = kept.value
    // Names begin with the first, numbers with the largest; bits a byte with the lowest, which is the best.
    const first = key !== NAME && key !== 'best_val_bpb'
    keep({ by: key, descending: by === key ? !descending : first })
  }

  function toggle(key: string): void {
    const { hidden } = kept.value
    keep({ hidden: hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key] })
  }

  return { filter, shown, chosen, sort: kept, sortBy, toggle, reset: () => keep(UNCHANGED) }
}

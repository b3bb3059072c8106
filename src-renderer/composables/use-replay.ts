/**
 * How one row was filled, one placement at a time. The row is fetched when it is opened, and again when the batch
 * changes. After its last placement comes the next row, up to the batch's end.
 */
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { BatchView, ReplayStep, RowReplay } from '../api/types'
import { usePackingSource } from './use-packing-source'

export interface UseReplayReturn {
  /** The row being replayed; null where there is none. */
  row: ShallowRef<number | null>
  replay: ShallowRef<RowReplay | null>
  /** The placement in sight, from 0. */
  at: ShallowRef<number>
  step: ComputedRef<ReplayStep | null>
  error: ShallowRef<CallError | null>
  open: (row: number) => void
  close: () => void
  /** Goes to another placement of the row, if there is one. */
  goTo: (at: number) => void
  /** Goes so many rows further down, within the batch. */
  moveRow: (by: number) => void
}

export function useReplay(batch: Readonly<ShallowRef<BatchView | null>>): UseReplayReturn {
  const { source } = usePackingSource()
  const row = shallowRef<number | null>(null)
  const replay = shallowRef<RowReplay | null>(null)
  const at = shallowRef(0)
  const error = shallowRef<CallError | null>(null)
  let request = 0

  const step = computed(() => replay.value?.steps[at.value] ?? null)

  async function load(): Promise<void> {
    const ours = ++request
    const shown = batch.value
    if (!source.value || !shown || row.value === null) {
      replay.value = null
      error.value = null
      return
    }
    const { of } = source.value
    const { split, batch: index } = shown
    try {
      const answer = await call('packing.replay', { ...of, split, batch: index, row: row.value })
      if (ours !== request) return
      replay.value = answer
      at.value = 0
      error.value = null
    } catch (failure) {
      if (ours !== request) return
      replay.value = null
      error.value = toCallError(failure)
    }
  }

  function goTo(next: number): void {
    const { length } = replay.value?.steps ?? []
    if (length > 0) at.value = Math.max(0, Math.min(length - 1, next))
  }

  function moveRow(by: number): void {
    const { rows } = batch.value ?? {}
    if (row.value !== null && rows) row.value = Math.max(0, Math.min(rows - 1, row.value + by))
  }

  watch([row, batch], () => {
    if (row.value !== null && batch.value && row.value >= batch.value.rows) row.value = batch.value.rows - 1
    void load()
  })

  return {
    row,
    replay,
    at,
    step,
    error,
    open: (next) => (row.value = next),
    close: () => (row.value = null),
    goTo,
    moveRow,
  }
}

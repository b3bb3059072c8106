/**
 * Removes runs at once, without asking. The last one can be brought back where it was removed, the others from the
 * trash in Settings until that is emptied.
 */
import { shallowRef, type ShallowRef } from 'vue'
import { call } from '../api/client'
import type { Removal } from '../api/types'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'

/** Kept beyond the view: a person may look elsewhere before they want the run back. */
const last = shallowRef<Removal | null>(null)

export interface UseRemovalReturn {
  /** The last removal, until it is undone or dismissed. */
  last: Readonly<ShallowRef<Removal | null>>
  remove: (runId: string) => Promise<void>
  restore: (runId: string) => Promise<void>
  /** Brings the last removed run back and opens it. */
  undo: () => Promise<void>
  dismiss: () => void
}

export function useRemoval(): UseRemovalReturn {
  const { attempt } = useNotices()
  const { openRun } = useNavigation()

  async function remove(runId: string): Promise<void> {
    const removal = await attempt('The run was not removed', () => call('runs.remove', { runId }))
    if (removal) last.value = removal
  }

  async function restore(runId: string): Promise<void> {
    const run = await attempt('The run was not brought back', () => call('runs.restore', { runId }))
    if (run && last.value?.id === runId) last.value = null
  }

  async function undo(): Promise<void> {
    const id = last.value?.id
    if (id === undefined) return
    await restore(id)
    if (last.value === null) openRun.value = id
  }

  function dismiss(): void {
    last.value = null
  }

  return { last, remove, restore, undo, dismiss }
}

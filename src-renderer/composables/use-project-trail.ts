/**
 * The projects gone through since the window opened, so that opening one can be undone; and the edits of each, so that
 * they can still be undone when one comes back to it. Going back is offered until the open project has been edited.
 */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import type { GivenConfig, Project } from '../api/types'

type Edits = ShallowRef<GivenConfig[]>

export interface UseProjectTrailReturn {
  canGoBack: ComputedRef<boolean>
  /** Whether a project was gone back from. */
  canGoOn: ComputedRef<boolean>
  /** Another project takes the place of one, whose edits are kept. */
  leave: (before: Project, next: Project) => void
  /** Opens the next project of the way, by its id. @param show whether that worked */
  go: (way: 'back' | 'on', from: string, show: (id: string) => Promise<boolean>) => Promise<void>
  /** While this works, a project that gets another id is still the same. */
  staying: <T>(work: () => Promise<T>) => Promise<T>
}

/** @param past what can be undone in the open project. @param future what can be redone there */
export function useProjectTrail(past: Edits, future: Edits): UseProjectTrailReturn {
  const before = shallowRef<string[]>([])
  const after = shallowRef<string[]>([])
  const edits = new Map<string, { past: GivenConfig[]; future: GivenConfig[] }>()
  let isGoing = false
  let stays = false

  const unedited = computed(() => past.value.length === 0 && future.value.length === 0)
  const canGoBack = computed(() => unedited.value && before.value.length > 0)
  const canGoOn = computed(() => after.value.length > 0)

  function leave(left: Project, next: Project): void {
    if (stays) return
    edits.set(left.id, { past: past.value, future: future.value })
    const known = edits.get(next.id)
    past.value = known?.past ?? []
    future.value = known?.future ?? []
    if (isGoing) return
    before.value = [...before.value, left.id]
    after.value = []
  }

  async function go(way: 'back' | 'on', from: string, show: (id: string) => Promise<boolean>): Promise<void> {
    const [source, target] = way === 'back' ? [before, after] : [after, before]
    const id = source.value.at(-1)
    if (id === undefined || isGoing) return
    isGoing = true
    const went = await show(id)
    isGoing = false
    source.value = source.value.slice(0, -1) // also where it is not there any more
    if (went) target.value = [...target.value, from]
  }

  async function staying<T>(work: () => Promise<T>): Promise<T> {
    stays = true
    try {
      return await work()
    } finally {
      stays = false
    }
  }

  return { canGoBack, canGoOn, leave, go, staying }
}

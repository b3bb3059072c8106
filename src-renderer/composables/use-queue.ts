/** The queue of runs, kept up to date by the main process's events, and what a person does with it. */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { call } from '../api/client'
import type { GridAxis, QueueItem, QueueView } from '../api/types'
import { count } from '../format/number'
import { useEvent } from './use-event'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useProject } from './use-project'

export const useQueue = createSharedComposable(() => {
  const view = shallowRef<QueueView>({ state: 'paused', items: [], waits_for: null })
  /** Items that were taken out last, which can be put back. */
  const removed = shallowRef<readonly QueueItem[]>([])
  /** Whether the form that adds runs is open. */
  const isAdding = shallowRef(false)
  const { attempt, tell } = useNotices()
  const { project, flush } = useProject()
  const { place, runsTab, showQueue } = useNavigation()

  const inHand = computed(() => view.value.items.find(({ state }) => state === 'begun') ?? null)
  const waiting = computed(() => view.value.items.filter(({ state }) => state === 'waiting').length)

  /** The open project as runs are made of it; null while there is none. */
  function asked(axes: readonly GridAxis[]) {
    if (!project.value) return null
    const { config, dir, path, name, branch } = project.value
    // A project without a file has the name that its file would have had.
    const named = path === null && config.run === 'dummy' ? { name } : {}
    return { config, dir, path, ...named, ...(branch && { branch }), axes: [...axes] }
  }

  /** Adds the project as it stands, or its combinations. @returns whether they were added */
  async function add(axes: readonly GridAxis[] = []): Promise<boolean> {
    const added = await attempt('Nothing was added to the queue', async () => {
      await flush()
      const request = asked(axes)
      return request && call('queue.add', request)
    })
    if (!added) return false
    const inSight = place.value === 'runs' && runsTab.value === 'queue'
    const begins = view.value.state === 'paused' ? ', which is paused' : ''
    const text = `${count(added.ids.length, 'run')} added to the queue${begins}`
    if (!inSight) tell(text, { label: 'Show', run: showQueue })
    return true
  }

  async function remove(items: readonly QueueItem[]): Promise<void> {
    const ids = items.map(({ id }) => id)
    if (await attempt('Nothing was taken out', () => call('queue.remove', { ids }))) removed.value = items
  }

  async function putBack(): Promise<void> {
    const ids = removed.value.map(({ id }) => id)
    if (await attempt('Nothing was put back', () => call('queue.putBack', { ids }))) removed.value = []
  }

  const move = (id: string, to: number): Promise<unknown> =>
    attempt('The order stays', () => call('queue.move', { id, to: Math.max(0, to) }))
  const again = (id: string): Promise<unknown> =>
    attempt('It does not wait again', () => call('queue.again', { id }))
  const pause = (now: boolean): Promise<unknown> =>
    attempt('The queue was not paused', () => call('queue.pause', { now }))
  const goOn = (): Promise<unknown> => attempt('The queue does not go on', () => call('queue.goOn', {}))

  async function load(): Promise<void> {
    const now = await attempt('The queue cannot be read', () => call('queue.get', {}))
    if (now) view.value = now
  }

  useEvent('queue.changed', (changed) => (view.value = changed))
  void load()
  return { view, inHand, waiting, removed, isAdding, asked, add, remove, putBack, move, again, pause, goOn }
})

/** The projects that are not open: unsaved ones, kept until they are thrown away, and the files opened last. */
import { createSharedComposable } from '@vueuse/core'
import { ref, shallowRef, watch } from 'vue'
import { call } from '../api/client'
import type { ProjectList } from '../api/types'
import { useNotices } from './use-notices'
import { useProject } from './use-project'

export const useProjects = createSharedComposable(() => {
  const { project } = useProject()
  const { attempt, tell } = useNotices()
  const others = shallowRef<ProjectList>({ unsaved: [], recent: [] })
  /** Whether the top bar's menu of projects is open. */
  const menuOpen = ref(false)

  async function look(): Promise<void> {
    const list = await attempt('The other projects cannot be listed', () => call('project.list', {}))
    if (list) others.value = list
  }

  async function put(id: string): Promise<void> {
    await attempt('The project was not put back', () => call('project.putBack', { id }))
    await look()
  }

  async function throwAway({ id, name }: { id: string; name: string }): Promise<void> {
    const gone = await attempt('The project was not thrown away', () => call('project.throwAway', { id }))
    await look()
    if (gone) tell(`${name} is thrown away`, { label: 'Undo', run: () => void put(id) })
  }

  watch([() => project.value?.id, () => project.value?.modified, menuOpen], () => {
    if (project.value) void look()
  })
  return { others, menuOpen, look, throwAway }
})

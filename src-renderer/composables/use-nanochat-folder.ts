/** The project's nanochat folder, what it holds, and pointing the project at another folder. */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { call } from '../api/client'
import type { NanochatFolder } from '../api/types'
import { movedBelow } from '../mixture/entry'
import { useNotices } from './use-notices'
import { useProject } from './use-project'
import { useSettings } from './use-settings'

export const useNanochatFolder = createSharedComposable(() => {
  const { project, config, edit } = useProject()
  const { settings } = useSettings()
  const { attempt } = useNotices()
  const folder = shallowRef<NanochatFolder | null>(null)
  let request = 0

  async function look(): Promise<void> {
    if (!project.value) return
    const ours = ++request
    const at = { config: project.value.config, dir: project.value.dir }
    const found = await attempt('The nanochat folder was not read', () => call('mixture.folder', at))
    if (ours === request) folder.value = found ?? null
  }

  /** Uses another folder. Files that the mixture reads from the old folder are then read from the new one. */
  function use(path: string): void {
    if (!config.value) return
    const before = folder.value?.path
    const { train, val } = config.value.mixture
    const mixture = before
      ? {
          train: train.map((entry) => movedBelow(entry, before, path)),
          val: val.map((entry) => movedBelow(entry, before, path)),
        }
      : { train, val }
    edit({ base_dir: path, mixture })
  }

  async function choose(): Promise<void> {
    const path = await attempt('No folder was chosen', () => call('project.pickFile', { kind: 'folder' }))
    if (path) use(path)
  }

  const named = computed(() =>
    JSON.stringify([config.value?.base_dir, project.value?.dir, settings.value?.base_dir]),
  )
  watchDebounced(named, () => void look(), { debounce: 150, immediate: true })

  return { folder, choose, use, look }
})

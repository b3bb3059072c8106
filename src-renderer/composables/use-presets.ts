/** Starts from a preset, as one edit that can be undone. */
import type { Preset } from '../mixture/presets'
import { useMixtureEditor } from './use-mixture-editor'
import { useNanochatFolder } from './use-nanochat-folder'
import { useNotices } from './use-notices'
import { useProject } from './use-project'
import { call } from '../api/client'

export interface UsePresetsReturn {
  apply: (preset: Preset) => Promise<void>
}

export function usePresets(): UsePresetsReturn {
  const { project } = useProject()
  const { folder } = useNanochatFolder()
  const { replaceAll } = useMixtureEditor()
  const { attempt } = useNotices()

  /**
   * Replaces the mixture. The starter's folder is no nanochat folder, so the usual one takes its place, with its base
   * model.
   */
  async function apply(preset: Preset): Promise<void> {
    if (!project.value || !folder.value) return
    const { config, dir } = project.value
    if (folder.value.recipe === null) {
      replaceAll(preset.mixture(folder.value.path))
      return
    }
    const usual = { ...config, base_dir: null }
    const found = await attempt('The preset was not taken', () =>
      call('mixture.folder', { config: usual, dir }),
    )
    if (found) replaceAll(preset.mixture(found.path), { base_dir: null, model_tag: null, model_step: null })
  }

  return { apply }
}

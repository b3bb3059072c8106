/** Starts from a preset, as one edit that can be undone. */
import { givenOptions, RECIPE_TITLES } from '../../src-main/contract/contract'
import type { GivenConfig } from '../api/types'
import { count } from '../format/number'
import type { Preset } from '../mixture/presets'
import { useMixtureEditor } from './use-mixture-editor'
import { useNanochatFolder } from './use-nanochat-folder'
import { useNotices } from './use-notices'
import { useProject } from './use-project'
import { call } from '../api/client'

type Given = ReturnType<typeof givenOptions>[number]

/** Where and how a run computes, which no recipe decides. */
const KEPT: readonly Given[] = [
  ...(['run', 'device_type', 'dtype', 'engine', 'seed'] as const),
  ...(['base_dir', 'model_tag', 'model_step', 'save_every', 'output_tag'] as const),
]

export interface UsePresetsReturn {
  apply: (preset: Preset) => Promise<void>
}

export function usePresets(): UsePresetsReturn {
  const { project, given, undo, flush } = useProject()
  const { folder } = useNanochatFolder()
  const { replaceAll } = useMixtureEditor()
  const { attempt, tell } = useNotices()

  /**
   * Replaces the mixture, and the recipe with its options where the preset has one. The starter's folder is no nanochat
   * folder, so the usual one takes its place, with its base model.
   */
  async function apply(preset: Preset): Promise<void> {
    const place = await placeOf()
    if (!place || !given.value) return
    if (!(await copyKept(preset))) return
    const { change, dropped } = recipeChange(preset, given.value)
    replaceAll(preset.mixture(place.path), { ...change, ...place.options })
    if (preset.recipe === null) return
    const rest = dropped === 0 ? '' : `; ${count(dropped, 'option')} of the old project no longer given`
    const title = `${preset.title}: recipe ${RECIPE_TITLES[preset.recipe]}${rest}`
    tell(title, { label: 'Undo', run: undo })
  }

  /** Keeps an unsaved project as it is now: undoing a preset ends with the window. @returns whether that worked */
  async function copyKept({ title }: Preset): Promise<boolean> {
    const { name, modified = false, config } = project.value ?? {}
    if (!modified || config?.mixture.train.length === 0) return true
    await flush()
    const copy = { name: `${name ?? ''}, before ${title}` }
    return Boolean(await attempt('The preset was not taken', () => call('project.keepCopy', copy)))
  }

  /** The nanochat folder that the preset's files lie in, and the options that name it. */
  async function placeOf(): Promise<{ path: string; options: GivenConfig } | undefined> {
    if (!project.value || !folder.value) return undefined
    const { config, dir } = project.value
    if (folder.value.recipe === null) return { path: folder.value.path, options: {} }
    const usual = { ...config, base_dir: null }
    const found = await attempt('The preset was not taken', () =>
      call('mixture.folder', { config: usual, dir }),
    )
    return found && { path: found.path, options: { base_dir: null, model_tag: null, model_step: null } }
  }

  return { apply }
}

/** The change to a preset's recipe: options that a recipe decides are no longer given, so that the recipe's hold. */
function recipeChange({ recipe }: Preset, given: GivenConfig): { change: GivenConfig; dropped: number } {
  if (recipe === null) return { change: {}, dropped: 0 }
  const names = givenOptions(given).filter((name) => !KEPT.includes(name))
  const none = Object.fromEntries(names.map((name) => [name, undefined]))
  return { change: { ...none, recipe: recipe === 'mid' ? undefined : recipe }, dropped: names.length }
}

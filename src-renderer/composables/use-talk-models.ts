/**
 * The models that can be talked to, and the one or two that are asked. They are listed while Talk is in sight, and again
 * when a run has saved; the old list stays meanwhile.
 */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { ModelRef, ModelView } from '../api/types'
import { findModel, firstBeside, firstToAsk } from '../talk/models'
import { useJob } from './use-job'
import { useNavigation } from './use-navigation'
import { useProject } from './use-project'
import { useRuns } from './use-runs'

/** A model that is asked. It may be missing from the list: its files are gone, or belong to another project. */
export interface AskedModel {
  model: ModelRef
  view: ModelView | null
}

export const useTalkModels = createSharedComposable(() => {
  const { project, config } = useProject()
  const { runs } = useRuns()
  const { place } = useNavigation()
  const { running, progress, run, cancel } = useJob()
  /** null before the first listing. */
  const models = shallowRef<readonly ModelView[] | null>(null)
  const error = shallowRef<CallError | null>(null)
  const chosen = shallowRef<readonly ModelRef[]>([])
  /** Whether the menu of the first model is open. */
  const picking = shallowRef(false)

  const asked = computed<AskedModel[]>(() => {
    const list = models.value ?? []
    const first = chosen.value.length > 0 ? chosen.value : [firstToAsk(list)].filter((each) => each !== null)
    return first.map((model) => ({ model, view: findModel(list, model) }))
  })

  async function refresh(): Promise<void> {
    if (!project.value) return
    const { config: of, dir } = project.value
    try {
      const found = await run((job) => call('talk.models', { config: of, dir, job }))
      if (!found) return
      models.value = found
      error.value = null
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  /** Asks a model in place of another. @param at 0, or 1 for the second */
  function choose(at: number, model: ModelRef): void {
    const next = asked.value.map((each) => each.model)
    next[at] = model
    chosen.value = next.slice(0, 2)
  }

  /** Asks a second model too, or no longer. */
  function toggleSecond(): void {
    const [first, second] = asked.value
    if (!first) return
    const other = second ? null : firstBeside(models.value ?? [], first.model)
    chosen.value = other ? [first.model, other] : [first.model]
  }
  const canAddSecond = computed(() => {
    const [first] = asked.value
    return first !== undefined && firstBeside(models.value ?? [], first.model) !== null
  })

  watchDebounced(
    () =>
      JSON.stringify([
        place.value === 'talk',
        config.value && [config.value.base_dir, config.value.model_tag, config.value.model_step],
        project.value?.dir,
        runs.value.map(({ id, name, checkpoints, state }) => [id, name, checkpoints, state]),
      ]),
    () => {
      if (place.value === 'talk') void refresh()
    },
    { debounce: 200, immediate: true },
  )

  return {
    models,
    asked,
    chosen,
    picking,
    canAddSecond,
    error,
    running,
    progress,
    cancel,
    refresh,
    choose,
    toggleSecond,
  }
})

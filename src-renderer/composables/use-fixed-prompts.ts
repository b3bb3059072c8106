/** The project's fixed prompts, its `sample_prompts`: changed by edits of the project, which Undo takes back. */
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { answeredWhen, changedPrompt, refusalOf, withoutPrompt, withPrompt } from '../talk/fixed-prompts'
import { useProject } from './use-project'

export interface UseFixedPromptsReturn {
  prompts: ComputedRef<readonly string[]>
  /** When a run answers them; '' where there are none. */
  when: ComputedRef<string>
  /** The last one that was removed, until it is brought back or dismissed. */
  removed: ShallowRef<{ at: number; text: string } | null>
  /** The place of the prompt that is being changed. */
  changing: ShallowRef<number | null>
  /** Why a text cannot be added; null where it can, or is blank. */
  refusal: (text: string) => string | null
  /** Adds a prompt at the end. Returns whether it was taken. */
  add: (text: string) => boolean
  change: (at: number, text: string) => void
  remove: (at: number) => void
  bringBack: () => void
}

export function useFixedPrompts(): UseFixedPromptsReturn {
  const { project, config, edit } = useProject()
  const prompts = computed<readonly string[]>(() => config.value?.sample_prompts ?? [])
  const when = computed(() => (config.value && prompts.value.length > 0 ? answeredWhen(config.value) : ''))
  const removed = shallowRef<{ at: number; text: string } | null>(null)
  const changing = shallowRef<number | null>(null)
  watch(
    () => project.value?.id,
    () => (removed.value = changing.value = null), // another project is no place for either
  )
  const refusal = (text: string): string | null =>
    text.trim() === '' ? null : refusalOf(prompts.value, text)

  function give(next: readonly string[]): void {
    if (next !== prompts.value) edit({ sample_prompts: [...next] })
  }

  function add(text: string): boolean {
    if (text.trim() === '' || refusal(text) !== null) return false
    give(withPrompt(prompts.value, prompts.value.length, text.trim()))
    return true
  }

  function change(at: number, text: string): void {
    give(changedPrompt(prompts.value, at, text))
  }

  function remove(at: number): void {
    const text = prompts.value[at]
    if (text === undefined) return
    removed.value = { at, text }
    give(withoutPrompt(prompts.value, at))
  }

  function bringBack(): void {
    const gone = removed.value
    removed.value = null
    if (gone && refusal(gone.text) === null) give(withPrompt(prompts.value, gone.at, gone.text))
  }

  return { prompts, when, removed, changing, refusal, add, change, remove, bringBack }
}

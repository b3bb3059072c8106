/** The fixed prompts of a project: changes of the list, and when a run answers them, in words. Pure. */
import { MOST_PROMPTS, sampleTimes } from '../../src-main/contract/contract'
import type { ModelView, RunConfig } from '../api/types'
import { count } from '../format/number'

/** Why a text cannot be a further prompt; null where it can. A blank one is no prompt, and nothing is said of it. */
export function refusalOf(prompts: readonly string[], text: string): string | null {
  if (prompts.includes(text.trim())) return 'This prompt is there already.'
  return prompts.length >= MOST_PROMPTS
    ? `There are ${String(MOST_PROMPTS)} prompts, the most there can be.`
    : null
}

/** Puts a prompt at a place of the list, before the one that stands there. */
export function withPrompt(prompts: readonly string[], at: number, text: string): string[] {
  return [...prompts.slice(0, at), text, ...prompts.slice(at)]
}

export function withoutPrompt(prompts: readonly string[], at: number): string[] {
  return prompts.filter((_, index) => index !== at)
}

/** Puts a text in a prompt's place. One that is blank, or another prompt's, changes nothing. */
export function changedPrompt(prompts: readonly string[], at: number, text: string): readonly string[] {
  const said = text.trim()
  if (said === '' || prompts.includes(said)) return prompts
  return prompts.map((prompt, index) => (index === at ? said : prompt))
}

/** When a run of this config answers the prompts; says what to change where it never does. */
export function answeredWhen(config: RunConfig): string {
  const times = sampleTimes(config)
  if (times === null) return 'Runs do not answer them: sample_every is -1 in Train.'
  const { every } = times
  const steps =
    every === null
      ? 'at its last step'
      : every === 1
        ? 'at the start and at every step'
        : `at the start, every ${count(every, 'step')} and at the last step`
  return `A run answers them as well, ${steps}.`
}

/** The runs that saved the models which are asked, each once. */
export function runsOf(views: readonly (ModelView | null)[]): { id: string; title: string }[] {
  const found = views.flatMap((view) => (view?.runId ? [{ id: view.runId, title: view.title }] : []))
  return found.filter(({ id }, index) => found.findIndex((each) => each.id === id) === index)
}

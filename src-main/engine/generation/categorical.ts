/**
 * Multiple choice: a model's logits of some tokens after the last token of each of many prompts.
 *
 * Prompts of similar length are read side by side, so that little is padded; results are in the prompts' order.
 */
import { MidbenchError } from '../../errors'
import type { CallContext } from '../../threads/calls'
import { checkIds } from './generate'
import { type GenerationSession, PROMPTS_AT_ONCE } from './generation-session'
import { beyondReach, reachOf } from './reach'
import { notFinite } from './sampling'

export interface CategoricalQuestion {
  /** Each of at least one id. */
  prompts: readonly Int32Array[]
  /** For each prompt, the ids whose logits are wanted. */
  choices: readonly (readonly number[])[]
  /** bos: the id that shorter prompts are padded with, behind. */
  padding: number
}

/**
 * @returns for each prompt, the logits of its choices
 * @throws MidbenchError `generation.prompt`, `generation.reach`, `generation.choices`, `generation.not-finite`; the
 *   signal's reason where it is aborted
 */
export async function categoricalLogits(
  session: GenerationSession,
  { prompts, choices, padding }: CategoricalQuestion,
  { signal, progress }: CallContext,
): Promise<number[][]> {
  checkPrompts(session, prompts, choices)
  const found: number[][] = []
  const byLength = [...prompts.entries()].sort(([, a], [, b]) => b.length - a.length)
  for (let from = 0; from < byLength.length; from += PROMPTS_AT_ONCE) {
    progress({ what: 'asking', done: from, total: prompts.length, unit: 'questions' })
    const group = byLength.slice(from, from + PROMPTS_AT_ONCE)
    const ids = group.map(([, prompt]) => prompt)
    const logits = await session.lastOf(ids, padding, signal)
    group.forEach(([index], row) => {
      const of = (choices[index] ?? []).map((id) => logits[row]?.[id] ?? NaN)
      if (!of.every(Number.isFinite)) throw notFinite()
      found[index] = of
    })
  }
  return found
}

function checkPrompts(
  session: GenerationSession,
  prompts: readonly Int32Array[],
  choices: readonly (readonly number[])[],
): void {
  if (choices.length !== prompts.length) {
    throw new MidbenchError({
      code: 'generation.choices',
      message: `There are ${prompts.length} prompts and choices for ${choices.length}.`,
    })
  }
  for (const prompt of prompts) {
    checkIds(prompt, session.model.vocab_size)
    if (prompt.length > reachOf(session.model)) throw beyondReach(session.model)
  }
}

/** A run's answers to one prompt over its steps, each beside the one before it. */
import type { SampleMetric } from '../api/types'

export interface AnswerAt {
  step: number
  /** What begins as before, what is new, and what ends as before. */
  parts: { start: string; changed: string; end: string }
  /** Whether it is the answer of the steps before, down to this one: `since` is the first of them. */
  since: number
  /** Whether the limit of tokens ended it. */
  cut: boolean
  /** Tokens at the prompt's beginning that the model was not given. */
  dropped: number
}

/** Every prompt that was answered, in the order of the last answers; those that are no longer asked come last. */
export function promptsOf(samples: readonly SampleMetric[]): string[] {
  const newestFirst = samples.toReversed().flatMap(({ answers }) => answers.map(({ prompt }) => prompt))
  return [...new Set(newestFirst)]
}

/** The answers to a prompt, the newest first; steps in a row with the same answer are one entry. */
export function answersTo(prompt: string, samples: readonly SampleMetric[]): AnswerAt[] {
  const found: AnswerAt[] = []
  let before: string | null = null
  for (const { step, answers } of samples) {
    const given = answers.find((each) => each.prompt === prompt)
    if (given === undefined) continue
    const last = found.at(-1)
    if (last !== undefined && given.answer === before) last.step = step
    else {
      const { answer, cut, dropped = 0 } = given
      found.push({ step, since: step, cut, dropped, parts: changedParts(before, answer) })
    }
    before = given.answer
  }
  return found.reverse()
}

/** @param before null where there is none: then nothing is marked */
function changedParts(before: string | null, answer: string): AnswerAt['parts'] {
  if (before === null) return { start: answer, changed: '', end: '' }
  const [old, now] = [wordsOf(before), wordsOf(answer)]
  const most = Math.min(old.length, now.length)
  let start = 0
  while (start < most && old[start] === now[start]) start++
  let end = 0
  while (end < most - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const to = now.length - end
  return {
    start: now.slice(0, start).join(''),
    changed: now.slice(start, to).join(''),
    end: now.slice(to).join(''),
  }
}

/** Words and what stands between them, which together are the text. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]/gu) ?? []
}

/** GSM8K: word problems of openai/gsm8k whose answers call a calculator, `<<12/60=0.2>>` (docs/REFERENCE.md §1). */
import { z } from 'zod'
import type { ContentPart, Conversation } from '../conversation.schema'
import { dataFiles, slice } from '../entry.schema'
import { parseRow } from './row-fault'
import { HUB_FILES, type TaskKind } from './task-kind'

const entry = z.strictObject({
  task: z.literal('GSM8K'),
  subset: z.enum(['main', 'socratic']),
  split: z.enum(['train', 'test']),
  ...slice,
  ...dataFiles,
})

const row = z.object({ question: z.string(), answer: z.string() })

const SPLITS = entry.shape.split.options

export const gsm8k: TaskKind<typeof entry> = {
  entry,
  title: 'GSM8K',
  about: 'School mathematics with calculator calls',
  fresh: {
    train: { task: 'GSM8K', subset: 'main', split: 'train' },
    val: { task: 'GSM8K', subset: 'main', split: 'test', stop: 420 },
  },
  splits: { bySubset: { main: SPLITS, socratic: SPLITS } },
  files: HUB_FILES,
  python: { parameters: ['subset', 'split'] },
  graded: { by: 'number' },
  source: ({ subset, split }) => ({
    from: 'parquet',
    dataset: { repo: 'openai/gsm8k', folder: subset, split },
    form: 'GSM8K',
    columns: ['question', 'answer'],
    convert: convertGsm8k,
  }),
}

export function convertGsm8k(value: unknown): Conversation {
  const { question, answer } = parseRow(row, value)
  return {
    messages: [
      { role: 'user', content: question },
      // Empty pieces between calls are kept, as in the reference.
      { role: 'assistant', content: splitCalls(answer).flatMap(answerParts) },
    ],
  }
}

/**
 * Python's `re.split(r'(<<[^>]+>>)', answer)`: texts and calls in turn, beginning and ending with a text. It takes time
 * linear in the answer: the regular expression itself would search to the end of the text from every `<<` that is never
 * closed.
 */
function splitCalls(answer: string): string[] {
  const pieces: string[] = []
  let done = 0
  let close = -1
  for (let open = answer.indexOf('<<'); open >= 0; open = answer.indexOf('<<', open)) {
    if (close < open + 2) close = answer.indexOf('>', open + 2)
    if (close < 0) break // no call can end any more
    if (close > open + 2 && answer[close + 1] === '>') {
      pieces.push(answer.slice(done, open), answer.slice(open, close + 2))
      done = open = close + 2
    } else open++
  }
  return [...pieces, answer.slice(done)]
}

/** A call becomes its expression and its result, split at the last `=`; without one the result is empty. */
function answerParts(piece: string): ContentPart[] {
  if (!piece.startsWith('<<') || !piece.endsWith('>>')) return [{ type: 'text', text: piece }]
  const call = piece.slice(2, -2)
  const equals = call.lastIndexOf('=')
  const [expression, result] = equals < 0 ? [call, ''] : [call.slice(0, equals), call.slice(equals + 1)]
  return [
    { type: 'python', text: expression },
    { type: 'python_output', text: result },
  ]
}

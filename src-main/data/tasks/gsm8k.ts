/** GSM8K: word problems of openai/gsm8k whose answers call a calculator, `<<12/60=0.2>>` (docs/REFERENCE.md §1). */
import { z } from 'zod'
import type { ContentPart, Conversation } from '../conversation.schema'
import { datasetFiles } from '../hub/dataset-files'
import type { DatasetSplit } from '../hub/dataset-split'
import type { gsm8kEntry } from '../mixture.schema'
import { openShuffledParquet, parseRow } from '../sources/rows'
import type { TaskKind } from '../sources/task'

const row = z.object({ question: z.string(), answer: z.string() })

type Entry = z.infer<typeof gsm8kEntry>

/** Where the hub has it. */
export function gsm8kSplit({ subset, split }: Entry): DatasetSplit {
  return { repo: 'openai/gsm8k', folder: subset, split }
}

export const gsm8k: TaskKind<Entry> = {
  label: (entry) => `GSM8K ${entry.subset} ${entry.split}`,

  async open(entry, context) {
    const paths = await datasetFiles(gsm8kSplit(entry), entry.data_files, context)
    return openShuffledParquet(
      {
        kind: 'GSM8K',
        key: 'data_files',
        paths,
        columns: ['question', 'answer'],
        convert: convertGsm8k,
      },
      context,
    )
  },
}

export function convertGsm8k(value: unknown): Conversation {
  const { question, answer } = parseRow(row, value)
  return {
    messages: [
      { role: 'user', content: question },
      // The pieces between calls are kept even when they are empty, as the reference keeps them.
      { role: 'assistant', content: splitCalls(answer).flatMap(answerParts) },
    ],
  }
}

/**
 * Python's `re.split(r'(<<[^>]+>>)', answer)`: texts and calls in turn, a text first and last. In time linear in the
 * answer: the expression itself would search on to the end of the text from every `<<` that is never closed.
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

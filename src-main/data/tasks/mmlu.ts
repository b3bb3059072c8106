/** MMLU: multiple choice questions of cais/mmlu, answered with a letter (docs/REFERENCE.md §1). */
import { z } from 'zod'
import type { Conversation } from '../conversation.schema'
import { entryFault } from '../entry-fault'
import { datasetFiles } from '../hub/dataset-files'
import type { DatasetSplit } from '../hub/dataset-split'
import type { mmluEntry } from '../mixture.schema'
import { openShuffledParquet, parseRow } from '../sources/rows'
import type { TaskKind } from '../sources/task'

const LETTERS = ['A', 'B', 'C', 'D'] as const

const question = z.object({
  question: z.string(),
  choices: z.array(z.string()).length(LETTERS.length),
  // Parquet's 64-bit integers arrive as bigints.
  answer: z.union([z.int(), z.bigint().transform(Number)]).pipe(
    z
      .int()
      .min(0)
      .max(LETTERS.length - 1),
  ),
})
/** The rows of auxiliary_train are wrapped in a struct column. */
const wrapped = z.object({ train: question })

type Entry = z.infer<typeof mmluEntry>

/** Where the hub has it. */
export function mmluSplit({ subset, split }: Entry): DatasetSplit {
  return { repo: 'cais/mmlu', folder: subset, split }
}

export const mmlu: TaskKind<Entry> = {
  label: (entry) => `MMLU ${entry.subset} ${entry.split}`,

  async open(entry, context) {
    const { subset, split } = entry
    if (subset === 'auxiliary_train' && split !== 'train') {
      throw entryFault('split', {
        code: 'config.invalid',
        message: `MMLU's subset auxiliary_train has the split train only, not ${split}`,
      })
    }
    const paths = await datasetFiles(mmluSplit(entry), entry.data_files, context)
    const shape =
      subset === 'all'
        ? { columns: ['question', 'choices', 'answer'], convert: convertMmlu }
        : { columns: ['train'], convert: (row: unknown) => convertMmlu(parseRow(wrapped, row).train) }
    return openShuffledParquet({ kind: `MMLU ${subset}`, key: 'data_files', paths, ...shape }, context)
  },
}

/** @throws RowFault when there are not four choices or the answer is none of them. */
export function convertMmlu(value: unknown): Conversation {
  const { question: text, choices, answer } = parseRow(question, value)
  // The letter follows its choice, without a space: the answer is then the same token as in the prompt.
  const list = choices.map((choice, i) => `- ${choice}=${LETTERS[i] ?? ''}\n`).join('')
  const prompt = `Multiple Choice question: ${text}\n${list}\nRespond only with the letter of the correct answer.`
  return {
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: LETTERS[answer] ?? '' },
    ],
  }
}

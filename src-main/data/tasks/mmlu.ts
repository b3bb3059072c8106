/** MMLU: multiple choice questions of cais/mmlu, answered with a letter (docs/REFERENCE.md §1). */
import { z } from 'zod'
import type { Conversation } from '../conversation.schema'
import { dataFiles, slice } from '../entry.schema'
import { multipleChoice } from './multiple-choice'
import { parseRow } from './row-fault'
import { HUB_FILES, type TaskKind } from './task-kind'

const entry = z.strictObject({
  task: z.literal('MMLU'),
  subset: z.enum(['all', 'auxiliary_train']),
  split: z.enum(['train', 'validation', 'dev', 'test', 'auxiliary_train']),
  ...slice,
  ...dataFiles,
})

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
/** The rows of the subset auxiliary_train are wrapped in a struct column; those of `all`'s split of that name are not. */
const wrapped = z.object({ train: question })

export const mmlu: TaskKind<typeof entry> = {
  entry,
  title: 'MMLU',
  about: 'Multiple choice questions',
  fresh: {
    train: { task: 'MMLU', subset: 'auxiliary_train', split: 'train' },
    val: { task: 'MMLU', subset: 'all', split: 'test', stop: 5200 },
  },
  splits: {
    bySubset: { auxiliary_train: ['train'], all: ['test', 'validation', 'dev', 'train', 'auxiliary_train'] },
  },
  files: HUB_FILES,
  python: { parameters: ['subset', 'split'] },
  graded: { by: 'letter', letters: () => LETTERS },
  source: ({ subset, split }) => ({
    from: 'parquet',
    dataset: { repo: 'cais/mmlu', folder: subset, split },
    form: `MMLU ${subset}`,
    ...(subset === 'all'
      ? { columns: ['question', 'choices', 'answer'], convert: convertMmlu }
      : { columns: ['train'], convert: (row: unknown) => convertMmlu(parseRow(wrapped, row).train) }),
  }),
}

/** @throws RowFault when there are not four choices or the answer is none of them. */
export function convertMmlu(value: unknown): Conversation {
  const { question: text, choices, answer } = parseRow(question, value)
  return multipleChoice(text, LETTERS, choices, LETTERS[answer] ?? '')
}

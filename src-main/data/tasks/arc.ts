/**
 * ARC: science questions of allenai/ai2_arc, answered with a label, in the form of nanochat's tasks/arc.py. Most have
 * four choices, some three or five, and some have digits as labels: a choice's label is its letter.
 */
import { z } from 'zod'
import type { Conversation } from '../conversation.schema'
import { dataFiles, slice } from '../entry.schema'
import { multipleChoice } from './multiple-choice'
import { parseRow, RowFault } from './row-fault'
import { HUB_FILES, type TaskKind } from './task-kind'

const entry = z.strictObject({
  task: z.literal('ARC'),
  subset: z.enum(['ARC-Easy', 'ARC-Challenge']),
  split: z.enum(['train', 'validation', 'test']),
  ...slice,
  ...dataFiles,
})

const row = z.object({
  question: z.string(),
  choices: z.object({ text: z.array(z.string()), label: z.array(z.string()) }),
  answerKey: z.string(),
})

const SPLITS = entry.shape.split.options

export const arc: TaskKind<typeof entry> = {
  entry,
  title: 'ARC',
  about: 'Science questions for school, multiple choice',
  fresh: {
    train: { task: 'ARC', subset: 'ARC-Easy', split: 'train' },
    val: { task: 'ARC', subset: 'ARC-Easy', split: 'test' },
  },
  splits: { bySubset: { 'ARC-Easy': SPLITS, 'ARC-Challenge': SPLITS } },
  files: HUB_FILES,
  python: { parameters: ['subset', 'split'] },
  graded: { by: 'letter', letters: (value) => parseRow(row, value).choices.label },
  source: ({ subset, split }) => ({
    from: 'parquet',
    dataset: { repo: 'allenai/ai2_arc', folder: subset, split },
    form: 'ARC',
    columns: ['question', 'choices', 'answerKey'],
    convert: convertArc,
  }),
}

/** @throws RowFault when there are not as many choices as labels, or the answer is none of the labels. */
export function convertArc(value: unknown): Conversation {
  const { question, choices, answerKey } = parseRow(row, value)
  const { text, label } = choices
  if (text.length !== label.length) {
    throw new RowFault(`choices has ${text.length} texts and ${label.length} labels; it must have as many`)
  }
  if (!label.includes(answerKey)) {
    throw new RowFault(`answerKey is ${answerKey}; it must be one of the labels ${label.join(', ')}`)
  }
  return multipleChoice(question, label, text, answerKey)
}

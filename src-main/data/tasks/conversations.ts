/**
 * Conversations: whatever conversations a person has, in files or in a data set of the hub, in any format of
 * data/formats. Its rows come in the order of the files. nanochat has no such task.
 */
import { z } from 'zod'
import { filePath, slice } from '../entry.schema'
import type { TaskKind } from './task-kind'

const name = z.string().min(1)

const entry = z.strictObject({
  task: z.literal('Conversations'),
  /** A file, several, a pattern, a folder, or a data set of the hub: `owner/name`. */
  source: z.union([filePath, z.array(filePath).min(1)]),
  format: z
    .enum(['auto', 'nanochat', 'messages', 'sharegpt', 'alpaca'])
    .describe('auto: recognised by the first rows')
    .optional(),
  /** The columns in which the parts of a format lie, where they have other names than usual. */
  columns: z
    .strictObject({
      messages: name.optional(),
      system: name.optional(),
      instruction: name.optional(),
      input: name.optional(),
      output: name.optional(),
      history: name.optional(),
    })
    .optional(),
  /** Of a data set of the hub. */
  subset: name.optional(),
  /** Of a data set of the hub; train where nothing is said. */
  split: name.optional(),
  on_bad: z.enum(['refuse', 'skip']).describe('what to do where rows cannot be converted').optional(),
  ...slice,
})

export const conversations: TaskKind<typeof entry> = {
  entry,
  title: 'Conversations',
  about: 'Your own conversations, in any usual format',
  // A usual data set of the hub, to be replaced by a file, a folder or another: the editor offers all of them.
  fresh: {
    train: { task: 'Conversations', source: 'HuggingFaceH4/ultrachat_200k', split: 'train_sft' },
    val: { task: 'Conversations', source: 'HuggingFaceH4/ultrachat_200k', split: 'test_sft' },
  },
  splits: [],
  files: { key: 'source', picks: 'conversations', label: 'source', standard: null },
  python: null,
  source: ({ source, format = 'auto', columns = {}, subset, split, on_bad = 'refuse' }) => ({
    from: 'conversations',
    sources: [source].flat(),
    format,
    columns,
    subset,
    split,
    onBad: on_bad,
  }),
}

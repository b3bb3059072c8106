/** CustomJSON: the person's own JSONL file, with one array of alternating messages a line (docs/REFERENCE.md §1). */
import { z } from 'zod'
import { filePath, slice } from '../entry.schema'
import { convertLine } from './json-line'
import type { TaskKind } from './task-kind'

const entry = z.strictObject({
  task: z.literal('CustomJSON'),
  /** A JSONL file, one array of messages a line. */
  filepath: filePath,
  /** Only a label: the file is the split. */
  split: z.enum(['train', 'test']).optional(),
  ...slice,
})

export const customJson: TaskKind<typeof entry> = {
  entry,
  title: 'JSONL file',
  about: 'Your own conversations, one array of messages a line',
  fresh: null,
  splits: [],
  files: { key: 'filepath', picks: 'jsonl', label: 'file', standard: null },
  python: { parameters: ['filepath'] },
  source: () => ({ from: 'lines', form: 'CustomJSON', convert: convertLine }),
}

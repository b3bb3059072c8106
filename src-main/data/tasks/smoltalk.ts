/**
 * SmolTalk: chats of HuggingFaceTB/smol-smoltalk, each with an optional leading system message (docs/REFERENCE.md §1).
 */
import { z } from 'zod'
import { dataFiles, slice } from '../entry.schema'
import { checkAlternation } from './alternation'
import { parseRow, RowFault } from './row-fault'
import { HUB_FILES, type TaskKind } from './task-kind'

const entry = z.strictObject({
  task: z.literal('SmolTalk'),
  split: z.enum(['train', 'test']),
  ...slice,
  ...dataFiles,
})

const row = z.object({
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
    .min(1, 'there are no messages'),
})

export const smolTalk: TaskKind<typeof entry> = {
  entry,
  title: 'SmolTalk',
  about: 'General conversations',
  fresh: { train: { task: 'SmolTalk', split: 'train' }, val: { task: 'SmolTalk', split: 'test' } },
  splits: entry.shape.split.options,
  files: HUB_FILES,
  python: { parameters: ['split'] },
  source: ({ split }) => ({
    from: 'parquet',
    dataset: { repo: 'HuggingFaceTB/smol-smoltalk', folder: 'data', split },
    form: 'SmolTalk',
    columns: ['messages'],
    convert: convertSmolTalk,
  }),
}

/** @throws RowFault when the roles do not alternate or fewer than two messages follow the system message. */
export function convertSmolTalk(value: unknown): z.infer<typeof row> {
  const { messages } = parseRow(row, value)
  const first = messages[0]?.role === 'system' ? 1 : 0
  if (messages.length - first < 2) throw new RowFault('there are fewer than two messages')
  checkAlternation(messages, first)
  return { messages }
}

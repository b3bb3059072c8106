/**
 * SmolTalk: chats of HuggingFaceTB/smol-smoltalk, each with an optional leading system message (docs/REFERENCE.md §1).
 */
import { z } from 'zod'
import { datasetFiles } from '../hub/dataset-files'
import type { DatasetSplit } from '../hub/dataset-split'
import type { smolTalkEntry } from '../mixture.schema'
import { checkAlternation } from './alternation'
import { openShuffledParquet, parseRow, RowFault } from '../sources/rows'
import type { TaskKind } from '../sources/task'

const row = z.object({
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
    .min(1, 'there are no messages'),
})

type Entry = z.infer<typeof smolTalkEntry>

/** Where the hub has it. */
export function smolTalkSplit({ split }: Entry): DatasetSplit {
  return { repo: 'HuggingFaceTB/smol-smoltalk', folder: 'data', split }
}

export const smolTalk: TaskKind<Entry> = {
  label: (entry) => `SmolTalk ${entry.split}`,

  async open(entry, context) {
    const paths = await datasetFiles(smolTalkSplit(entry), entry.data_files, context)
    return openShuffledParquet(
      { kind: 'SmolTalk', key: 'data_files', paths, columns: ['messages'], convert: convertSmolTalk },
      context,
    )
  },
}

/** @throws RowFault when the roles do not alternate or fewer than two messages follow the system message. */
export function convertSmolTalk(value: unknown): z.infer<typeof row> {
  const { messages } = parseRow(row, value)
  const first = messages[0]?.role === 'system' ? 1 : 0
  if (messages.length - first < 2) throw new RowFault('there are fewer than two messages')
  checkAlternation(messages, first)
  return { messages }
}

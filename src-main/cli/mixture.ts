/**
 * `mixture`: lengths, tasks and the head of the shuffled order of both splits, and for each task its tokens and what
 * rendering cuts off. `length` and the order are without excluded conversations; `excluded` is their number, repeats
 * counted. Counting renders every conversation the first time: minutes on the full mixture.
 */
import type { Mixture, TaskInfo } from '../data/mixture'
import type { SplitName } from '../data/mixture.schema'
import { toFailure } from '../errors'
import type { TaskLengths } from '../packing/conversations.schema'
import { taskLengths } from '../packing/task-lengths'
import type { LoadedConfig } from '../config/config'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { Command, CommandIo } from './command'
import { loadConfig } from './load-config'
import { callContext, openConversations, openSplit, openTokenizer } from './open-data'
import { failureText, requiredString } from './usage'

const usage = 'mixture --config F'
/** Number of entries of the order that are printed. */
const HEAD = 20

export const command: Command = {
  name: 'mixture',
  summary: 'lengths, tasks and the head of the shuffled order of both splits, and what rendering cuts off',
  usage,
  options: { config: { type: 'string' }, json: { type: 'boolean' } },

  async run(values, io) {
    const loaded = await loadConfig(requiredString(values, 'config', usage), io, { rules: 'fields' })
    const tokenizer = await tokenizerIfThere(loaded, io)
    const train = await describeSplit(loaded, 'train', tokenizer, io)
    const val = await describeSplit(loaded, 'val', tokenizer, io)
    io.stdout(JSON.stringify({ train, val }))
    return 0
  },
}

/** A mixture is described without a tokenizer too; a notice then says that its tokens are not counted. */
async function tokenizerIfThere(loaded: LoadedConfig, io: CommandIo): Promise<Tokenizer | null> {
  try {
    return await openTokenizer(loaded)
  } catch (error) {
    io.stderr(
      `Tokens are not counted, and neither is what rendering cuts off. ${failureText(toFailure(error))}`,
    )
    return null
  }
}

async function describeSplit(
  loaded: LoadedConfig,
  split: SplitName,
  tokenizer: Tokenizer | null,
  io: CommandIo,
): Promise<object> {
  const data = tokenizer && (await openSplit(loaded, split, io, tokenizer))
  const mixture = data?.mixture ?? (await openConversations(loaded, split, io))
  try {
    const table = await data?.table(callContext(io))
    const counted = table && taskLengths(table, mixture.tasks.length, loaded.config.max_seq_len + 1)
    const tasks = mixture.tasks.map((task, i) => withTokens(task, counted?.[i]))
    const excluded = mixture.tasks.reduce((sum, task) => sum + task.excluded, 0)
    return { length: mixture.length, index_map_head: headOf(mixture), tasks, excluded }
  } finally {
    await (data ?? mixture).close()
  }
}

function headOf(mixture: Mixture): number[][] {
  return Array.from({ length: Math.min(HEAD, mixture.length) }, (_, index) => {
    const { task, row } = mixture.locate(index)
    return [task, row]
  })
}

/** null where tokens are not counted. */
function withTokens(task: TaskInfo, counted: TaskLengths | undefined): object {
  return {
    ...task,
    tokens: counted?.tokens ?? null,
    longest: counted?.max ?? null,
    conversations_cut_by_rendering: counted?.conversations_cut_by_rendering ?? null,
    tokens_cut_by_rendering: counted?.tokens_cut_by_rendering ?? null,
  }
}

/** `render`: one conversation with its ids and mask, or a digest over all of a split's ids. */
import { createHash } from 'node:crypto'
import { MidbenchError } from '../errors'
import type { SplitData } from '../packing/split-data'
import { renderConversation } from '../tokenizer/render'
import type { Command, CommandIo } from './command'
import { loadConfig } from './load-config'
import { openSplit, parseSplit, progressTo } from './open-data'
import { optionalCount, requiredString, usageError } from './usage'

const usage = 'render --config F --split train|val (--index I | --digest)'

export const command: Command = {
  name: 'render',
  summary: 'a conversation with its ids and mask, or a digest over all ids of a split',
  usage,
  options: {
    config: { type: 'string' },
    split: { type: 'string' },
    index: { type: 'string' },
    digest: { type: 'boolean' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const split = parseSplit(requiredString(values, 'split', usage))
    const index = optionalCount(values, 'index', 0)
    const digest = values['digest'] === true
    if (digest === (index !== null))
      throw usageError('Give either --index or --digest.', `Usage: midbench ${usage}`)
    const loaded = await loadConfig(requiredString(values, 'config', usage), io, { rules: 'fields' })
    const data = await openSplit(loaded, split, io)
    try {
      const result = index === null ? await digestOf(data, io) : await renderOne(data, index)
      io.stdout(JSON.stringify(result))
      return 0
    } finally {
      await data.close()
    }
  },
}

async function renderOne({ mixture, tokenizer }: SplitData, index: number): Promise<object> {
  if (index >= mixture.length) {
    throw new MidbenchError({
      code: 'render.index',
      message: `There is no conversation ${String(index)}: the split has ${String(mixture.length)}, from 0.`,
    })
  }
  const conversation = await mixture.conversation(index)
  const { ids, mask } = renderConversation(tokenizer, conversation)
  return { conversation: conversation.messages, ids: Array.from(ids), mask: Array.from(mask) }
}

/** sha256 over the ids of all conversations in mixture order, little-endian int32. */
async function digestOf(data: SplitData, io: CommandIo): Promise<object> {
  await data.table({ signal: io.signal, progress: progressTo(io) })
  const hash = createHash('sha256')
  let tokens = 0
  for (let index = 0; index < data.length; index++) {
    const { ids } = await data.tokens(index, io.signal)
    hash.update(ids)
    tokens += ids.length
    io.signal.throwIfAborted()
  }
  return { count: data.length, tokens, sha256: hash.digest('hex') }
}

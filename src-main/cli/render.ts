/** `render`: one conversation with its ids and mask, or a digest over all of a split's ids. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { MidbenchError } from '../errors'
import type { Mixture } from '../data/mixture'
import { loadConfig } from '../runs/config'
import { renderConversation } from '../tokenizer/render'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import type { Command, CommandIo } from './command'
import { openSplit, parseSplit, progressLine } from './open-data'
import { optionalCount, requiredString, usageError } from './usage'

const usage = 'render --config F --split train|val (--index I | --digest)'
const REPORT_EVERY = 20_000

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
    if (digest === (index !== null)) throw usageError('Give either --index or --digest.', usage)
    const loaded = await loadConfig(requiredString(values, 'config', usage))
    const tokenizer = await loadTokenizer(join(loaded.baseDir, 'tokenizer'))
    const mixture = await openSplit(loaded, split, io)
    try {
      const result =
        index === null ? await digestOf(mixture, tokenizer, io) : await renderOne(mixture, tokenizer, index)
      io.stdout(JSON.stringify(result))
      return 0
    } finally {
      await mixture.close()
    }
  },
}

async function renderOne(mixture: Mixture, tokenizer: Tokenizer, index: number): Promise<object> {
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
async function digestOf(mixture: Mixture, tokenizer: Tokenizer, io: CommandIo): Promise<object> {
  const hash = createHash('sha256')
  let tokens = 0
  for (let index = 0; index < mixture.length; index++) {
    const { ids } = renderConversation(tokenizer, await mixture.conversation(index))
    hash.update(ids)
    tokens += ids.length
    if ((index + 1) % REPORT_EVERY === 0) {
      io.signal.throwIfAborted()
      io.stderr(progressLine({ what: 'rendering', done: index + 1, total: mixture.length }))
    }
  }
  return { count: mixture.length, tokens, sha256: hash.digest('hex') }
}

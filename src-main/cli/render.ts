/** `render`: one conversation with its ids and mask, or a digest over all of a split's ids. */
import { createHash } from 'node:crypto'
import { MidbenchError } from '../errors'
import type { Mixture } from '../data/mixture'
import type { CachedSource } from '../data/token-cache/cached-source'
import { loadConfig, parseConfigFields } from '../config/config'
import { renderConversation } from '../tokenizer/render'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import type { Command, CommandIo } from './command'
import { openCached, openSplit, parseSplit, progressTo, tokenizerDirOf } from './open-data'
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
    const loaded = await loadConfig(requiredString(values, 'config', usage), parseConfigFields)
    const tokenizer = await loadTokenizer(tokenizerDirOf(loaded))
    const mixture = await openSplit(loaded, split, io)
    const source = openCached(loaded, split, mixture, tokenizer, io)
    try {
      const result = index === null ? await digestOf(source, io) : await renderOne(mixture, tokenizer, index)
      io.stdout(JSON.stringify(result))
      return 0
    } finally {
      await source.close()
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
async function digestOf(source: CachedSource, io: CommandIo): Promise<object> {
  await source.fillAll({ signal: io.signal, onProgress: progressTo(io) })
  const hash = createHash('sha256')
  let tokens = 0
  for (let index = 0; index < source.length; index++) {
    const ids = await source.ids(index, io.signal)
    hash.update(ids)
    tokens += ids.length
    io.signal.throwIfAborted()
  }
  return { count: source.length, tokens, sha256: hash.digest('hex') }
}

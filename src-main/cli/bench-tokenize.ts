/**
 * `bench tokenize`: how fast texts of chat size become ids in one thread, how fast conversations are read and rendered,
 * and how that grows with threads; beside them how fast one thread can read every character at all.
 *
 * Without a config it takes the starter project's mixture.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Mixture } from '../data/mixture'
import { measureThreads } from '../data/token-cache/fill-pool'
import { textsOf } from '../data/token-cache/measure'
import { projectDir } from '../native/paths'
import type { LoadedConfig } from '../config/config'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { Command, CommandIo } from './command'
import { loadConfig } from './load-config'
import { locationsOf, openConversations, openTokenizer } from './open-data'
import { table } from './table'
import { optionalCount, optionalString } from './usage'

const usage = 'bench tokenize [--config F] [--seconds N] [--json]'
/** Number of characters that are encoded. */
const SAMPLE = 30e6
/** Each number of threads is measured for this long, after half of it to warm up. */
const SECONDS = 2
const MAX_THREADS = 8

interface Rate {
  tokens_per_s: number
  mb_per_s: number
}

interface TokenizeFigures {
  texts: number
  characters: number
  vocab_size: number
  /** The rate of reading every UTF-16 unit and nothing else, in one thread. */
  scan_mb_per_s: number
  /** One thread with texts in memory: first with an empty cache of pieces, then with a warm one. */
  encode: (Rate & { pass: 'first' | 'warm' })[]
  /** Reading and rendering conversations, in the given number of threads. */
  render: (Rate & { threads: number; conversations_per_s: number })[]
}

export const command: Command = {
  name: 'bench tokenize',
  summary: 'tokens/s and MB/s of the tokenizer, in one thread and in several',
  usage,
  options: { config: { type: 'string' }, seconds: { type: 'string' }, json: { type: 'boolean' } },

  async run(values, io) {
    const path = optionalString(values, 'config') ?? join(projectDir(), 'resources', 'starter', 'preset.json')
    const loaded = await loadConfig(path, io, { rules: 'fields' })
    const seconds = optionalCount(values, 'seconds') ?? SECONDS
    const mixture = await openConversations(loaded, 'train', io)
    try {
      const encoding = encodeFigures(await sampleOf(mixture, io), await openTokenizer(loaded))
      const render = await renderFigures(loaded, seconds, io)
      const figures: TokenizeFigures = { ...encoding, render }
      if (values['json'] === true) io.stdout(JSON.stringify(figures))
      else for (const line of figureLines(figures)) io.stdout(line)
      return 0
    } finally {
      await mixture.close()
    }
  },
}

/** Texts of the mixture in its order, up to the sample's size or the mixture's end. */
async function sampleOf(mixture: Mixture, io: CommandIo): Promise<string[]> {
  const texts: string[] = []
  let characters = 0
  for (let i = 0; i < mixture.length && characters < SAMPLE; i++) {
    io.signal.throwIfAborted()
    for (const text of textsOf(await mixture.conversation(i))) {
      texts.push(text)
      characters += text.length
    }
  }
  return texts
}

function encodeFigures(texts: readonly string[], tokenizer: Tokenizer): Omit<TokenizeFigures, 'render'> {
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  scan(texts) // compiles
  const scanSeconds = secondsOf(() => scan(texts))
  const pass = (name: 'first' | 'warm'): TokenizeFigures['encode'][number] => {
    let tokens = 0
    const seconds = secondsOf(() => {
      for (const text of texts) tokens += tokenizer.encodeOrdinary(text).length
    })
    return { pass: name, tokens_per_s: tokens / seconds, mb_per_s: bytes / 1e6 / seconds }
  }
  const first = pass('first')
  pass('warm') // compiles what the first pass did not
  return {
    texts: texts.length,
    characters,
    vocab_size: tokenizer.vocabSize,
    scan_mb_per_s: bytes / 1e6 / scanSeconds,
    encode: [first, pass('warm')],
  }
}

function scan(texts: readonly string[]): number {
  let hash = 0
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1)
  }
  return hash
}

async function renderFigures(
  loaded: LoadedConfig,
  seconds: number,
  io: CommandIo,
): Promise<TokenizeFigures['render']> {
  const setup = { entries: loaded.config.mixture.train, locations: locationsOf(loaded) }
  const figures: TokenizeFigures['render'] = []
  for (let threads = 1; threads <= Math.min(MAX_THREADS, availableParallelism()); threads *= 2) {
    io.stderr(`rendering in ${String(threads)} ${threads === 1 ? 'thread' : 'threads'}`)
    const measured = await measureThreads(threads, setup, seconds, io.signal)
    const total = (of: (one: (typeof measured)[number]) => number): number =>
      measured.reduce((sum, one) => sum + of(one) / one.seconds, 0)
    figures.push({
      threads,
      conversations_per_s: total((one) => one.conversations),
      tokens_per_s: total((one) => one.tokens),
      mb_per_s: total((one) => one.bytes) / 1e6,
    })
  }
  return figures
}

function secondsOf(work: () => unknown): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}

function figureLines({
  texts,
  characters,
  vocab_size,
  scan_mb_per_s,
  encode,
  render,
}: TokenizeFigures): string[] {
  const whole = (n: number): string => Math.round(n).toLocaleString('en-US')
  const tenth = (n: number): string => n.toFixed(1)
  const cells = (row: Rate): string[] => [tenth(row.tokens_per_s / 1e6), tenth(row.mb_per_s)]
  return [
    `${whole(texts)} texts, ${whole(characters)} characters, vocabulary ${whole(vocab_size)}`,
    '',
    ...table(
      ['encode, one thread', 'million tokens/s', 'MB/s', 'of scanning'],
      encode.map((row) => [
        `${row.pass} pass`,
        ...cells(row),
        `${whole((100 * row.mb_per_s) / scan_mb_per_s)} %`,
      ]),
    ),
    `this machine looks at ${whole(scan_mb_per_s)} MB/s of text in one thread`,
    '',
    ...table(
      ['read and render', 'million tokens/s', 'MB/s', 'conversations/s'],
      render.map((row) => [`${String(row.threads)} threads`, ...cells(row), whole(row.conversations_per_s)]),
    ),
  ]
}

/**
 * `bench pack`: how fast the loader packs from cached ids, how long the plan of an epoch takes, and what a placement
 * costs as the buffer grows; beside them how fast this machine can copy ids at all, and what checking ids from the disk
 * against their checksums costs, with every file opened anew in each round.
 *
 * Without a config it packs conversations with lengths like the reference's default mixture, from memory, and from
 * token caches made for it: of those lengths and of short conversations. With a config it packs that mixture's own
 * conversations, from the token cache on disk.
 */
import { TokenSource } from '../data/token-cache/token-source'
import { dataCacheDir } from '../native/paths'
import { MOST_CONVERSATIONS } from '../bounds.schema'
import { BatchPacker, packBatch } from '../packing/batch-packer'
import { createLoader, type LoaderSource } from '../packing/loader'
import { planEpoch } from '../packing/plan'
import type { LossKind } from '../packing/loss-kinds.schema'
import type { PackingOptions } from '../packing/types'
import { madeUpStretches, withCache, type OpenCache } from './bench-cache'
import type { Command, CommandIo } from './command'
import { loadConfig } from './load-config'
import { callContext, noticeTo, openSplit } from './open-data'
import { table } from './table'
import { optionalCount, optionalString } from './usage'

const usage = 'bench pack [--config F | --conversations N] [--json]'

/** The reference's batch: 32 rows of 2048 tokens. */
const SHAPE = { batchSize: 32, seqLen: 2048, bufferSize: 100, rank: 0, worldSize: 1 }
/** Number of conversations in the reference's default mixture. */
const EPOCH = 848_000
/** Number of conversations that the loader packs in a round. */
const PACKED = 60_000
/** The best of so many rounds counts: others were disturbed by other programs, or by code still being compiled. */
const ROUNDS = 5
/** A round of short conversations is very short: the loader makes more of them, for at least so long. */
const LOADER_SECONDS = 1
const BUFFERS = [100, 300, 1000, 3000, 10_000]
const PLACEMENTS = 100_000
/** Number of ids in a short conversation, a generated spelling: the hardest case, each costs a read or a checksum. */
const SHORT = 57

/** Reading from a token cache; the last is checked too, with the targets of completion loss. */
interface CacheFigures {
  tokens_per_conversation: number
  checked_tokens_per_s: number
  unchecked_tokens_per_s: number
  completion_tokens_per_s: number
}

interface PackFigures {
  copy_tokens_per_s: number
  loader: { packing: string; conversations_per_s: number; tokens_per_s: number }[]
  cache: CacheFigures[]
  plan: { conversations: number; steps: number; seconds: number }
  placement: { buffer_size: number; ns: number }[]
}

export const command: Command = {
  name: 'bench pack',
  summary: 'conversations/s and tokens/s of the loader, the time of a plan, the cost of a placement',
  usage,
  options: {
    config: { type: 'string' },
    conversations: { type: 'string' },
    json: { type: 'boolean' },
  },

  async run(values, io) {
    const config = optionalString(values, 'config')
    const count = optionalCount(values, 'conversations', 1, MOST_CONVERSATIONS) ?? EPOCH
    const figures = config === null ? await benchDefault(count) : await benchConfig(config, io)
    if (values['json'] === true) io.stdout(JSON.stringify(figures))
    else for (const line of figureLines(figures)) io.stdout(line)
    return 0
  },
}

/** Lengths as in a default mixture: half chats of about 600 tokens, half short answers and spellings. */
function defaultLengths(count: number): Int32Array {
  let state = 1
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return Int32Array.from({ length: count }, () => {
    if (random() > 0.54) return 20 + Math.floor(random() * 280)
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
    return Math.min(2048, Math.max(10, Math.round(Math.exp(6.3 + 0.7 * normal))))
  })
}

/** Packs conversations with the default mixture's lengths, with their ids in memory. */
async function benchDefault(count: number): Promise<PackFigures> {
  const lengths = defaultLengths(count)
  const packed = lengths.subarray(0, PACKED)
  const cache = [
    await withCache(new Int32Array(packed.length).fill(SHORT), cacheRate),
    await withCache(packed, cacheRate),
  ]
  return bench(lengths, memorySource(packed), cache)
}

/** Packs a mixture's own conversations, with their ids in the token cache on disk. */
async function benchConfig(path: string, io: CommandIo): Promise<PackFigures> {
  const data = await openSplit(await loadConfig(path, io), 'train', io)
  try {
    const { lengths } = await data.table(callContext(io))
    const { mixture, tokenizer } = data
    const cache = await cacheRate(
      (checked) => new TokenSource(mixture, tokenizer, dataCacheDir(), { checked, onDamage: noticeTo(io) }),
    )
    return await bench(lengths, data, [cache])
  } finally {
    await data.close()
  }
}

async function bench(
  lengths: Int32Array,
  source: LoaderSource,
  cache: PackFigures['cache'],
): Promise<PackFigures> {
  return {
    copy_tokens_per_s: copyRate(),
    loader: [await loaderRate(source, 'bestfit-crop'), await loaderRate(source, 'bestfit-pad')],
    cache,
    plan: planTime(lengths),
    placement: BUFFERS.map((bufferSize) => placementCost(lengths, bufferSize)),
  }
}

/** Ids as views of one long array. */
function memorySource(lengths: Int32Array): LoaderSource {
  const starts = new Int32Array(lengths.length + 1)
  lengths.forEach((length, c) => (starts[c + 1] = (starts[c] ?? 0) + length))
  const ids = Int32Array.from({ length: starts.at(-1) ?? 0 }, (_, i) => i % 65_536)
  const stretches = Array.from(lengths, madeUpStretches)
  return {
    length: lengths.length,
    locate: (c) => ({ task: 0, row: c }),
    tokens: (c) => ({
      ids: ids.subarray(starts[c], starts[c + 1]),
      stretches: stretches[c] ?? new Uint16Array(),
    }),
  }
}

async function loaderRate(
  source: LoaderSource,
  packing: PackingOptions['packing'],
): Promise<PackFigures['loader'][number]> {
  const best = { packing, conversations_per_s: 0, tokens_per_s: 0 }
  const start = performance.now()
  for (let round = 0; round < ROUNDS || secondsSince(start) < LOADER_SECONDS; round++) {
    const { consumed, tokens, seconds } = await packOnce(source, packing)
    best.conversations_per_s = Math.max(best.conversations_per_s, consumed / seconds)
    best.tokens_per_s = Math.max(best.tokens_per_s, tokens / seconds)
  }
  return best
}

/** Packs a source's conversations, or a given number of them. */
async function packOnce(
  source: LoaderSource,
  packing: PackingOptions['packing'],
  loss: LossKind = 'all',
): Promise<{ consumed: number; tokens: number; seconds: number }> {
  const loader = createLoader(source, { ...SHAPE, packing, loss, bosId: 0 })
  const began = performance.now()
  let tokens = 0
  let consumed = 0
  while (consumed < Math.min(PACKED, source.length)) {
    const batch = await loader.next()
    tokens += batch.inputs.length
    consumed = batch.stateAfter.consumed
  }
  return { consumed, tokens, seconds: secondsSince(began) }
}

/** The best of several rounds of each way in turn, since other load on the machine changes. */
async function cacheRate(open: OpenCache): Promise<CacheFigures> {
  const best = { checked: 0, unchecked: 0, completion: 0 }
  let mean = 0
  const start = performance.now()
  for (let round = 0; round < ROUNDS || secondsSince(start) < 2 * LOADER_SECONDS; round++) {
    for (const way of ['checked', 'unchecked', 'completion'] as const) {
      const source = open(way !== 'unchecked')
      const { consumed, tokens, seconds } = await packOnce(
        source,
        'bestfit-crop',
        way === 'completion' ? way : 'all',
      )
      source.close()
      best[way] = Math.max(best[way], tokens / seconds)
      mean = tokens / consumed
    }
  }
  return {
    tokens_per_conversation: mean,
    checked_tokens_per_s: best.checked,
    unchecked_tokens_per_s: best.unchecked,
    completion_tokens_per_s: best.completion,
  }
}

/** How many ids this machine copies a second when each is written twice, as a loader must do. */
function copyRate(): number {
  const source = new Int32Array(16 * 2 ** 20).fill(1)
  const size = SHAPE.batchSize * SHAPE.seqLen
  let best = 0
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    let tokens = 0
    for (; tokens + size <= source.length; tokens += size) {
      new Int32Array(size).set(source.subarray(tokens, tokens + size))
      new Int32Array(size).set(source.subarray(tokens, tokens + size))
    }
    best = Math.max(best, tokens / secondsSince(began))
  }
  return best
}

function planTime(lengths: Int32Array): PackFigures['plan'] {
  const tasks = new Uint16Array(lengths.length)
  const began = performance.now()
  const plan = planEpoch(
    { lengths, tasks, taskCount: 1 },
    { ...SHAPE, packing: 'bestfit-crop', batchesPerStep: 8 },
  )
  return { conversations: lengths.length, steps: plan.steps, seconds: secondsSince(began) }
}

/** One placement: a refill, the choice, and the removal from the buffer. */
function placementCost(lengths: Int32Array, bufferSize: number): PackFigures['placement'][number] {
  const lengthOf = (c: number): number => lengths[c] ?? 1
  const packer = new BatchPacker({ ...SHAPE, packing: 'bestfit-crop', bufferSize }, lengths.length)
  const pack = (atLeast: number): number => {
    let placements = 0
    while (placements < atLeast) placements += packBatch(packer, lengthOf).placements.length
    return placements
  }
  pack(2 * bufferSize) // fills the buffer, and compiles
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    const placements = pack(PLACEMENTS)
    best = Math.min(best, (1e9 * secondsSince(began)) / placements)
  }
  return { buffer_size: bufferSize, ns: best }
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000
}

function figureLines({ copy_tokens_per_s, loader, cache, plan, placement }: PackFigures): string[] {
  return [
    ...table(
      ['loader, from cached ids', 'conversations/s', 'million tokens/s', 'of copying'],
      loader.map((row) => [
        row.packing,
        whole(row.conversations_per_s),
        millions(row.tokens_per_s),
        `${((100 * row.tokens_per_s) / copy_tokens_per_s).toFixed(0)} %`,
      ]),
    ),
    `this machine copies ${millions(copy_tokens_per_s)} million tokens/s, each id twice`,
    '',
    ...cacheLines(cache),
    '',
    `plan of ${whole(plan.conversations)} conversations: ${plan.seconds.toFixed(2)} s, ${whole(plan.steps)} steps`,
    '',
    ...table(
      ['buffer', 'ns a placement'],
      placement.map(({ buffer_size, ns }) => [whole(buffer_size), whole(ns)]),
    ),
  ]
}

function cacheLines(cache: readonly CacheFigures[]): string[] {
  return table(
    [
      'from the token cache on disk',
      'checked, million tokens/s',
      'unchecked',
      'cost of checking',
      'completion loss',
    ],
    cache.map((row) => [
      `${whole(row.tokens_per_conversation)} tokens a conversation`,
      millions(row.checked_tokens_per_s),
      millions(row.unchecked_tokens_per_s),
      `${(100 * (1 - row.checked_tokens_per_s / row.unchecked_tokens_per_s)).toFixed(0)} %`,
      millions(row.completion_tokens_per_s),
    ]),
  )
}

function whole(n: number): string {
  return Math.round(n).toLocaleString('en-US')
}

function millions(n: number): string {
  return (n / 1e6).toFixed(1)
}

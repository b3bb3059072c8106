import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import type { Failure } from '../../../../../src-main/errors'
import { openMixture, type DataLocations, type Mixture } from '../../../../../src-main/data/mixture'
import type { MixtureEntry } from '../../../../../src-main/data/mixture.schema'
import { CachedSource } from '../../../../../src-main/data/token-cache/cached-source'
import { fillSegments } from '../../../../../src-main/data/token-cache/fill-pool'
import { TOKENS_FOLDER } from '../../../../../src-main/data/token-cache/token-cache'
import { TokenSource } from '../../../../../src-main/data/token-cache/token-source'
import { RoleReader } from '../../../../../src-main/packing/token-roles'
import { readEncoding } from '../../../../../src-main/tokenizer/encoding-file'
import { stretchesOf } from '../../../../../src-main/tokenizer/supervision'
import { tokensOf } from '../../../../../src-main/data/render-source'
import { renderConversation } from '../../../../../src-main/tokenizer/render'
import { createTokenizer, loadTokenizer, type Tokenizer } from '../../../../../src-main/tokenizer/tokenizer'
import { failureOf } from '../../../../support/failure'
import { goldenPath, readGolden } from '../../../../support/golden'
import { goldenMixture, goldenTokenizerDir } from '../../../../support/golden-mixture'
import { temporaryFolder } from '../../../../support/temporary-folder'

const GOLDEN_DIGEST = readGolden(
  'mixture.json',
  z.object({ all_train_ids_sha256_le_i32: z.string() }),
).all_train_ids_sha256_le_i32
const tokenizer = await loadTokenizer(goldenTokenizerDir)

/** Other work may have the machine for a while. */
const PATIENCE = { timeout: 20_000 }

function locationsIn(cacheDir: string): DataLocations {
  return { baseDir: goldenPath('nanochat_base'), configDir: goldenPath('.'), cacheDir }
}

async function open(entries: readonly MixtureEntry[], locations: DataLocations): Promise<Mixture> {
  const mixture = await openMixture(entries, locations)
  onTestFinished(() => mixture.close())
  return mixture
}

function sourceOf(
  mixture: Mixture,
  locations: DataLocations,
  options: {
    entries?: readonly MixtureEntry[]
    tokenizer?: Tokenizer
    onFault?: (failure: Failure) => void
  } = {},
): CachedSource {
  const { entries = goldenMixture.train, onFault = (failure) => expect(failure).toBeUndefined() } = options
  const setup = { entries, locations, onFault }
  const source = new CachedSource(mixture, options.tokenizer ?? tokenizer, setup)
  onTestFinished(() => source.close())
  return source
}

/** What is supervised, as the special tokens alone tell it. */
function stretchesByRole(ids: Int32Array): Uint16Array {
  const mask = new Uint8Array(ids.length)
  new RoleReader(tokenizer).read(ids, new Uint8Array(ids.length), mask)
  return stretchesOf(mask)
}

/** The digest of all ids; it also checks what is supervised of them. */
async function digest(source: CachedSource | TokenSource): Promise<string> {
  const hash = createHash('sha256')
  for (let i = 0; i < source.length; i++) {
    const { ids, stretches } = await source.tokens(i)
    hash.update(ids)
    expect(stretches).toEqual(stretchesByRole(ids))
  }
  return hash.digest('hex')
}

describe('CachedSource', () => {
  it('tokenizes nothing in a second run, and gives the same ids', async () => {
    const locations = locationsIn(temporaryFolder())
    const mixture = await open(goldenMixture.train, locations)
    const first = sourceOf(mixture, locations)
    expect(await digest(first)).toBe(GOLDEN_DIGEST)
    expect(first.rendered).toBeGreaterThanOrEqual(mixture.length)
    await vi.waitFor(
      () => expect(new TokenSource(mixture, tokenizer, locations.cacheDir).missing()).toEqual([]),
      PATIENCE,
    )
    const second = sourceOf(mixture, locations)
    expect(await digest(second)).toBe(GOLDEN_DIGEST)
    expect(second.rendered).toBe(0)
  })

  it('tells what conversations amount to without reading them, once they are on disk', async () => {
    const locations = locationsIn(temporaryFolder())
    const mixture = await open(goldenMixture.train, locations)
    const source = sourceOf(mixture, locations)
    expect(source.size(0)).toBeUndefined()
    await source.fillAll()
    for (let i = 0; i < mixture.length; i++) {
      const { ids, mask } = renderConversation(tokenizer, await mixture.conversation(i), 2048)
      expect(source.size(i)).toEqual({
        length: ids.length,
        supervised: mask.reduce((sum, trained) => sum + trained, 0),
        stretches: stretchesOf(mask),
        supervisedCut: 0,
        cut: 0,
      })
    }
  })

  it('counts what rendering cuts off, from the disk and without it', async () => {
    const folder = temporaryFolder()
    const filepath = join(folder, 'long.jsonl')
    const turns = [
      { role: 'user', content: 'go on' },
      { role: 'assistant', content: 'word '.repeat(3000) },
    ]
    writeFileSync(filepath, JSON.stringify(turns))
    const locations = locationsIn(join(folder, 'cache'))
    const mixture = await open([{ task: 'CustomJSON', filepath }], locations)
    const source = sourceOf(mixture, locations)
    const whole = renderConversation(tokenizer, { messages: turns }, 1e6).ids.length
    const size = source.measure(0)
    expect(size).toMatchObject({ length: 2048, cut: whole - 2048 })
    await source.fillAll()
    expect(source.size(0)).toEqual(size)
    expect(source.measure(0)).toEqual(size)
  })

  it('fills all before work over the whole mixture, with progress', async () => {
    const locations = locationsIn(temporaryFolder())
    const mixture = await open(goldenMixture.train, locations)
    const source = sourceOf(mixture, locations)
    const done: number[] = []
    await source.fillAll({
      onProgress: (progress) => void done.push(progress.done / (progress.total ?? NaN)),
    })
    expect(done.at(-1)).toBe(1)
    const rendered = source.rendered
    expect(await digest(source)).toBe(GOLDEN_DIGEST)
    expect(source.rendered).toBe(rendered)
  })

  it('never serves the ids of another tokenizer or of a changed file', async () => {
    const folder = temporaryFolder()
    const locations = locationsIn(join(folder, 'cache'))
    const filepath = join(folder, 'mine.jsonl')
    const entries: MixtureEntry[] = [{ task: 'CustomJSON', filepath }]
    const data = await readEncoding(join(goldenTokenizerDir, 'tokenizer.pkl'))
    const pattern = data.pattern.replace('{1,2}', '{1,3}')
    const other = createTokenizer({ ...data, pattern }, tokenizer.byteLengths, 'other')
    for (const text of ['aa 1234', 'bb 1234']) {
      const turns = [
        { role: 'user', content: text },
        { role: 'assistant', content: 'yes' },
      ]
      writeFileSync(filepath, JSON.stringify(turns))
      const mixture = await open(entries, locations)
      for (const one of [tokenizer, other]) {
        const source = sourceOf(mixture, locations, { entries, tokenizer: one })
        await source.fillAll()
        expect(source.rendered).toBe(1)
        expect(one.decode((await source.tokens(0)).ids)).toContain(text)
      }
    }
    expect(readdirSync(join(locations.cacheDir, TOKENS_FOLDER))).toHaveLength(4)
  })

  it('fills up a generator that is asked for more rows', async () => {
    const locations = locationsIn(temporaryFolder())
    for (const [size, rendered] of [
      [10, 10],
      [25, 25],
      [20, 0],
    ] as const) {
      const entries: MixtureEntry[] = [{ task: 'SpellingBee', split: 'train', size }]
      const source = sourceOf(await open(entries, locations), locations, { entries })
      await source.fillAll()
      expect(source.rendered).toBe(rendered)
      await digest(source)
      expect(source.rendered).toBe(rendered)
    }
  })

  it('tells when it cannot write, and gives the ids nevertheless', async () => {
    const locations = locationsIn(temporaryFolder())
    const mixture = await open(goldenMixture.train, locations)
    writeFileSync(join(locations.cacheDir, TOKENS_FOLDER), 'a file where a folder is due')
    const faults: Failure[] = []
    const source = sourceOf(mixture, locations, { onFault: (failure) => void faults.push(failure) })
    expect(await digest(source)).toBe(GOLDEN_DIGEST)
    await vi.waitFor(() => expect(faults).toHaveLength(1), PATIENCE)
    await expect(source.fillAll()).rejects.toThrow(/ENOTDIR|EEXIST/)
  })
})

describe('CachedSource over a cache that is damaged', () => {
  const BIT = 0.7
  const damages: [string, (bytes: Buffer) => Buffer | null][] = [
    [
      'a bit that differs',
      (bytes) =>
        Buffer.from(bytes.map((byte, i) => (i === Math.floor(bytes.length * BIT) ? byte ^ 4 : byte))),
    ],
    [
      'half of it zeros',
      (bytes) => Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.alloc((bytes.length + 1) >> 1)]),
    ],
    [
      'offsets that differ',
      (bytes) => Buffer.from(bytes.map((byte, i) => (i >= 28 && i < 40 ? byte ^ 0xff : byte))),
    ],
    ['its end missing', (bytes) => bytes.subarray(0, -3)],
    // MTK4 had other tables and no stretches: read as today's, ids would be taken for masks.
    ['the name of an older form', (bytes) => Buffer.concat([Buffer.from('MTK4'), bytes.subarray(4)])],
    ['a file missing', () => null],
  ]

  /** Does something to every segment. */
  function damage(cacheDir: string, change: (bytes: Buffer) => Buffer | null): void {
    for (const name of readdirSync(join(cacheDir, TOKENS_FOLDER), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ids')) continue
      const path = join(cacheDir, TOKENS_FOLDER, name)
      const changed = change(readFileSync(path))
      if (changed === null) rmSync(path)
      else writeFileSync(path, changed)
    }
  }

  it.each(damages)('with %s gives the right ids, says so and writes them again', async (what, change) => {
    const locations = locationsIn(temporaryFolder())
    const mixture = await open(goldenMixture.train, locations)
    await sourceOf(mixture, locations).fillAll()
    damage(locations.cacheDir, change)
    const notices: Failure[] = []
    const source = sourceOf(mixture, locations, { onFault: (notice) => void notices.push(notice) })
    expect(await digest(source)).toBe(GOLDEN_DIGEST)
    expect(notices.every(({ code, message }) => code === 'cache.damaged' && message.includes('.ids'))).toBe(
      true,
    )
    expect(notices.length > 0).toBe(what !== 'a file missing')
    await vi.waitFor(
      () => expect(new TokenSource(mixture, tokenizer, locations.cacheDir).missing()).toEqual([]),
      PATIENCE,
    )
    const next = sourceOf(mixture, locations)
    expect(await digest(next)).toBe(GOLDEN_DIGEST)
    expect(next.rendered).toBe(0)
  })

  it('while it is read writes it again, and reads it from there', async () => {
    const locations = locationsIn(temporaryFolder())
    const entries: MixtureEntry[] = [{ task: 'SpellingBee', split: 'train', size: 100 }]
    const mixture = await open(entries, locations)
    const notices: Failure[] = []
    const source = sourceOf(mixture, locations, { entries, onFault: (notice) => void notices.push(notice) })
    await source.fillAll()
    const right = tokensOf(renderConversation(tokenizer, await mixture.conversation(5)))
    damage(locations.cacheDir, (bytes) => Buffer.concat([bytes.subarray(0, -40), Buffer.alloc(40)])) // in place: the file that is open
    expect(await source.tokens(5)).toEqual(right)
    expect(notices).toHaveLength(1)
    await vi.waitFor(async () => {
      const before = source.rendered
      expect(await source.tokens(5)).toEqual(right)
      expect(source.rendered).toBe(before)
    }, PATIENCE)
  })

  it('goes on with rows that are made again from the source', async () => {
    const folder = temporaryFolder()
    const locations = locationsIn(join(folder, 'cache'))
    const notices: Failure[] = []
    const onDamage = (notice: Failure): void => void notices.push(notice)
    const mixture = await openMixture(goldenMixture.train, locations, { onDamage })
    onTestFinished(() => mixture.close())
    const rows = join(locations.cacheDir, 'rows-2')
    for (const name of readdirSync(rows, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.jsonl')) continue
      const path = join(rows, name)
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('the', 'tha'))
    }
    expect(await digest(sourceOf(mixture, locations))).toBe(GOLDEN_DIGEST)
    expect(new Set(notices.map(({ code }) => code))).toEqual(new Set(['cache.damaged']))
  })

  it('tells of it from a thread that fills', async () => {
    const locations = locationsIn(temporaryFolder())
    const mixture = await open(goldenMixture.train, locations)
    const jobs = new TokenSource(mixture, tokenizer, locations.cacheDir).missing()
    await sourceOf(mixture, locations).fillAll()
    damage(locations.cacheDir, (bytes) => bytes.subarray(0, -3))
    const setup = { entries: goldenMixture.train, locations }
    const notices: Failure[] = []
    await fillSegments(jobs, setup, { threads: 1, onNotice: (notice) => void notices.push(notice) })
    expect(notices).toHaveLength(jobs.length)
    expect(new TokenSource(mixture, tokenizer, locations.cacheDir).missing()).toEqual([])
  })
})

describe('fillSegments', () => {
  it('fills with threads', async () => {
    const locations = locationsIn(temporaryFolder())
    const mixture = await open(goldenMixture.train, locations)
    const source = new TokenSource(mixture, tokenizer, locations.cacheDir)
    onTestFinished(() => source.close())
    const setup = { entries: goldenMixture.train, locations }
    const jobs = source.missing()
    const counts: number[] = []
    await fillSegments(jobs, setup, { threads: 2, onDone: (_, done) => void counts.push(done) })
    expect(counts).toEqual(jobs.map((_, i) => i + 1))
    expect(source.missing()).toEqual([])
    expect(await digest(source)).toBe(GOLDEN_DIGEST)
    expect(source.rendered).toBe(0)
  })

  it('says what went wrong in a thread, and stops when it is told to', async () => {
    const locations = { ...locationsIn(temporaryFolder()), baseDir: '/no/such/folder' }
    const setup = { entries: goldenMixture.train, locations }
    const jobs = [{ dataset: 0, segment: 0, rows: 1 }]
    const failure = await failureOf(() => fillSegments(jobs, setup, { threads: 1 }))
    expect(failure.code).toBe('tokenizer.missing')
    const stopped = { threads: 1, signal: AbortSignal.abort() }
    await expect(fillSegments(jobs, setup, stopped)).rejects.toThrow('abort')
  })
})

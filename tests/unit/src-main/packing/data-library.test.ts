import { cpSync, utimesSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DataLocations } from '../../../../src-main/data/mixture'
import { mixtureEntry, type MixtureEntry } from '../../../../src-main/data/mixture.schema'
import type { Failure } from '../../../../src-main/errors'
import { DataLibrary } from '../../../../src-main/packing/data-library'
import { tokenizerDirOf } from '../../../../src-main/tokenizer-folder'
import { goldenPath } from '../../../support/golden'
import { goldenLocations } from '../../../support/golden-mixture'
import { temporaryFolder } from '../../../support/temporary-folder'

const words: MixtureEntry[] = [mixtureEntry.parse({ task: 'SimpleSpelling', split: 'train', size: 5 })]
const missing: MixtureEntry[] = [{ task: 'CustomJSON', filepath: '/nowhere/x.jsonl' }]

/** The cache can be written here. */
function fail({ message }: Failure): never {
  throw new Error(message)
}

let locations: DataLocations

beforeAll(async () => {
  locations = await goldenLocations()
})

afterAll(async () => {
  await rm(locations.cacheDir, { recursive: true, force: true })
})

describe('DataLibrary', () => {
  it('shares what is open, and opens anew after the last has gone', async () => {
    const library = new DataLibrary(fail)
    const one = await library.borrow(words, locations, {})
    const two = await library.borrow(words, locations, {})
    expect(two.split).toBe(one.split)
    await one.release()
    const three = await library.borrow(words, locations, {})
    expect(three.split).toBe(one.split)
    await two.release()
    await three.release()
    const four = await library.borrow(words, locations, {})
    expect(four.split).not.toBe(one.split)
    await four.release()
  })

  it('opens for the next one what the first to ask has cancelled', async () => {
    const library = new DataLibrary(fail)
    const controller = new AbortController()
    const { signal } = controller
    const first = library.borrow(words, locations, { signal })
    const second = library.borrow(words, locations, {})
    const third = library.borrow(words, locations, {
      signal: AbortSignal.timeout(60_000),
    })
    controller.abort()
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    expect((await second).split).toBe((await third).split)
    expect((await second).split.length).toBe(5)
    await Promise.all([(await second).release(), (await third).release()])
  })

  it('tries again what failed', async () => {
    const library = new DataLibrary(fail)
    await expect(library.borrow(missing, locations, {})).rejects.toThrow('/nowhere/x.jsonl')
    await expect(library.borrow(missing, locations, {})).rejects.toThrow('/nowhere/x.jsonl')
    await expect(library.borrow(words, { ...locations, baseDir: '/nowhere' }, {})).rejects.toThrow(
      '/nowhere/tokenizer',
    )
  })

  it('reads a tokenizer once, and again when its file has changed', async () => {
    const library = new DataLibrary(fail)
    const dir = temporaryFolder()
    cpSync(goldenPath('nanochat_base/tokenizer'), tokenizerDirOf(dir), { recursive: true })
    const one = await library.tokenizer(dir)
    expect(await library.tokenizer(dir)).toBe(one)
    utimesSync(join(tokenizerDirOf(dir), 'tokenizer.pkl'), 1, 1)
    const two = await library.tokenizer(dir)
    expect(two === one).toBe(false) // `not.toBe` would compare every token of both first, for 20 s
    expect(two.fingerprint).toBe(one.fingerprint)
    expect((await library.tokenizer(goldenPath('nanochat_base'))).vocabSize).toBe(723)
  })
})

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ownerTag, thisThread } from '../../../../../src-main/files/process-identity'
import { isSetUp, setUp } from '../../../../../src-main/native/setup/setup'
import { containing } from '../../../../support/containing'
import { temporaryFolder } from '../../../../support/temporary-folder'

const report = () => undefined
let cache: string

beforeEach(() => {
  cache = temporaryFolder()
  vi.stubEnv('MIDBENCH_CACHE', cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('isSetUp', () => {
  it('is true of what these tests run on, and false of an empty cache', async () => {
    expect(await isSetUp(['tensorflow'])).toBe(false)
    vi.unstubAllEnvs()
    expect(await isSetUp(['tensorflow'])).toBe(true)
  })
})

describe('setUp', () => {
  it('refuses before it downloads anything where there is no compiler', async () => {
    vi.stubEnv('CXX', 'no-such-compiler')
    await expect(setUp({ parts: ['tensorflow'], report })).rejects.toMatchObject({ code: 'compiler.missing' })
    expect(readdirSync(cache)).toEqual([])
  })

  it('says that the cache folder cannot be used, and what to do', async () => {
    writeFileSync(join(cache, 'file'), '')
    vi.stubEnv('MIDBENCH_CACHE', join(cache, 'file', 'cache'))
    await expect(setUp({ parts: ['tensorflow'], report })).rejects.toMatchObject({
      code: 'cache.unusable',
      message: containing(join(cache, 'file')),
      remedy: containing('MIDBENCH_CACHE'),
    })
  })

  it('removes what an interrupted set-up left', async () => {
    mkdirSync(join(cache, 'downloads'))
    const owner = ownerTag({ ...thisThread(), pid: 2 ** 30 })
    const half = `tensorflow.part-${owner}-00112233aabb`
    for (const folder of [cache, join(cache, 'downloads')]) writeFileSync(join(folder, half), '')
    await setUp({ parts: [], report })
    expect(readdirSync(cache, { recursive: true })).toEqual(['downloads'])
  })
})

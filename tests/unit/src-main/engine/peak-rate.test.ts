import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { peakAfter, type RateKey } from '../../../../src-main/engine/peak-rate'
import { temporaryFolder } from '../../../support/temporary-folder'

const key: RateKey = { device: 'EPYC (avx2)', dtype: 'float32', threads: 2, tensorflow: '2.21.0 cpu' }
const atRest = (flops: number): { flops: number; disturbance: null } => ({ flops, disturbance: null })
const underLoad = (flops: number): { flops: number; disturbance: string } => ({
  flops,
  disturbance: 'other programs kept 1.4 processors busy',
})

function file(): string {
  return join(temporaryFolder(), 'cache', 'matrix-rates.json')
}

test('what was measured at rest is kept, and a later one never lowers it, at rest or under load', async () => {
  const path = file()
  expect(await peakAfter(key, atRest(300e9), path)).toEqual({ flops: 300e9, unknown: null })
  expect(await peakAfter(key, underLoad(120e9), path)).toEqual({ flops: 300e9, unknown: null })
  expect(await peakAfter(key, atRest(280e9), path)).toEqual({ flops: 300e9, unknown: null })
  expect(await peakAfter(key, underLoad(310e9), path)).toEqual({ flops: 310e9, unknown: null }) // so much it has
  expect(await peakAfter(key, underLoad(90e9), path)).toEqual({ flops: 310e9, unknown: null })
})

test('where it was only ever measured under load it is not known, and the reason is given', async () => {
  const path = file()
  const unknown = { flops: null, unknown: 'other programs kept 1.4 processors busy' }
  expect(await peakAfter(key, underLoad(250e9), path)).toEqual(unknown)
  expect(await peakAfter(key, underLoad(260e9), path)).toEqual(unknown)
  expect(existsSync(path)).toBe(false)
  expect(await peakAfter(key, atRest(240e9), path)).toEqual({ flops: 240e9, unknown: null })
})

test.each([
  ['device', { device: 'EPYC (avx2 avx512f)' }],
  ['dtype', { dtype: 'bfloat16' }],
  ['threads', { threads: 1 }],
  ['tensorflow', { tensorflow: '2.21.0 cuda' }],
] satisfies [string, Partial<RateKey>][])('another %s has a rate of its own', async (_, change) => {
  const path = file()
  await peakAfter(key, atRest(300e9), path)
  expect((await peakAfter({ ...key, ...change }, underLoad(100e9), path)).flops).toBeNull()
  expect(await peakAfter({ ...key, ...change }, atRest(100e9), path)).toEqual({ flops: 100e9, unknown: null })
  expect((await peakAfter(key, underLoad(1e9), path)).flops).toBe(300e9)
})

test('a damaged file is begun anew, and one that cannot be written fails nothing', async () => {
  const path = file()
  await peakAfter(key, atRest(300e9), path)
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 40))
  expect((await peakAfter(key, underLoad(100e9), path)).flops).toBeNull()
  expect((await peakAfter(key, atRest(200e9), path)).flops).toBe(200e9)
  expect((await peakAfter(key, underLoad(100e9), path)).flops).toBe(200e9)
  const nowhere = join(path, 'a file is no folder', 'matrix-rates.json')
  expect(await peakAfter(key, atRest(200e9), nowhere)).toEqual({ flops: 200e9, unknown: null })
})

test('two that keep their rates at once both are kept', async () => {
  const path = file()
  await Promise.all([
    peakAfter(key, atRest(300e9), path),
    peakAfter({ ...key, dtype: 'bfloat16' }, atRest(900e9), path),
  ])
  expect((await peakAfter(key, underLoad(1), path)).flops).toBe(300e9)
  expect((await peakAfter({ ...key, dtype: 'bfloat16' }, underLoad(1), path)).flops).toBe(900e9)
})

import { availableParallelism } from 'node:os'

import { describe, expect, it } from 'vitest'

import {
  describeProcessor,
  describeSpeed,
  findGraphicsCards,
  parseGraphicsCards,
} from '../../../../src-main/native/device'

describe('describeProcessor', () => {
  it('describes this machine', () => {
    const processor = describeProcessor()
    expect(processor.threads).toBe(availableParallelism())
    expect(processor.memoryBytes).toBeGreaterThan(1e9)
    expect(processor.model).not.toBe('')
  })
})

describe('describeSpeed', () => {
  it.each([
    [['avx', 'avx2', 'avx512f', 'avx512_bf16', 'amx_bf16'], 'AVX-512', 'AMX'],
    [['avx', 'avx2', 'avx512f', 'avx512_bf16'], 'AVX-512', 'AVX-512 BF16'],
    [['avx', 'avx2'], 'AVX2', 'slower than float32'],
  ])('names what serves float32 and bfloat16 for %j', (sets, float32, bfloat16) => {
    const [first, second] = describeSpeed(sets).split(';')
    expect(first).toContain(float32)
    expect(second).toContain(bfloat16)
  })

  it('says where TensorFlow cannot run', () => {
    expect(describeSpeed([])).toContain('no AVX')
  })
})

describe('parseGraphicsCards', () => {
  it('reads a line a card', () => {
    expect(parseGraphicsCards('NVIDIA H100 80GB HBM3, 81559, 550.54.15\nNVIDIA A10, 23028, 535.1\n')).toEqual(
      [
        { name: 'NVIDIA H100 80GB HBM3', memoryBytes: 81559 * 2 ** 20, driver: '550.54.15' },
        { name: 'NVIDIA A10', memoryBytes: 23028 * 2 ** 20, driver: '535.1' },
      ],
    )
  })

  it('takes other text for no card', () => {
    expect(parseGraphicsCards('No devices were found\n')).toEqual([])
  })
})

describe('findGraphicsCards', () => {
  it('finds none where there is no driver, without failing', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = ''
    try {
      expect(await findGraphicsCards()).toEqual([])
    } finally {
      process.env['PATH'] = path
    }
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dtypeOfStorage, narrow, widen } from '../../../../src-main/checkpoint/dtype'
import type { Dtype } from '../../../../src-main/checkpoint/types'

const everyPattern = Uint16Array.from({ length: 0x10000 }, (_, i) => i)

function widened(dtype: Dtype, bits: Uint16Array): Float32Array {
  const data = widen(dtype, new Uint8Array(bits.slice().buffer))
  if (data instanceof Float32Array) return data
  throw new Error('not floating point')
}

function narrowed(dtype: Dtype, data: Float32Array): Uint16Array {
  const bytes = narrow({ shape: [data.length], dtype, data }, 0, data.length)
  return new Uint16Array(bytes.slice().buffer)
}

describe.each(['bfloat16', 'float16'] as const)('%s', (dtype) => {
  it('comes back from float32 to the same bits, all 65536 of them', () => {
    const values = widened(dtype, everyPattern)
    const back = narrowed(dtype, values)
    const again = widened(dtype, back)
    const lost = [...everyPattern].filter((i) =>
      Number.isNaN(values[i]) ? !Number.isNaN(again[i]) : back[i] !== i,
    )
    expect(lost).toEqual([])
  })

  it('rounds to the nearest value, ties to the even one', () => {
    const values = widened(dtype, everyPattern)
    fc.assert(
      fc.property(fc.float({ noNaN: true, max: 60000, min: -60000 }), (value) => {
        const [bits = 0] = narrowed(dtype, Float32Array.of(value))
        const result = values[bits] ?? NaN
        const error = Math.abs(result - value)
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = values[neighbour]
          if (other === undefined || !Number.isFinite(other)) continue
          const otherError = Math.abs(other - value)
          expect(otherError).toBeGreaterThanOrEqual(error)
          if (otherError === error && other !== result) expect(bits % 2).toBe(0)
        }
      }),
    )
  })

  it('keeps the signs of zeros and infinities', () => {
    const values = Float32Array.of(0, -0, Infinity, -Infinity)
    expect([...widened(dtype, narrowed(dtype, values))]).toEqual([0, -0, Infinity, -Infinity])
  })
})

describe('float16', () => {
  it('overflows to infinity from halfway beyond its largest value', () => {
    expect([...widened('float16', narrowed('float16', Float32Array.of(65519, 65520, -1e9)))]).toEqual([
      65504,
      Infinity,
      -Infinity,
    ])
  })
})

it('finds a format by the class of its storages, and none by an unknown one', () => {
  expect(dtypeOfStorage('HalfStorage')).toBe('float16')
  expect(dtypeOfStorage('DoubleStorage')).toBeUndefined()
})

it('reads bytes that do not lie on a multiple of eight', () => {
  const bytes = new Uint8Array(12)
  new DataView(bytes.buffer).setFloat32(4, 1.5, true)
  expect([...widen('float32', bytes.subarray(4, 8))]).toEqual([1.5])
})

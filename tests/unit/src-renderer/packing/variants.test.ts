import { describe, expect, it } from 'vitest'
import { policyNamed } from '../../../../src-main/packing/packings.schema'
import { POLICIES, adopted, firstChoices, isInUse, offers, variantsOf, variantKey } from '../../../../src-renderer/packing/variants' // prettier-ignore
import { sampleConfig } from '../runs/sample-run'

const config = sampleConfig({
  max_seq_len: 512, device_batch_size: 8, total_batch_size: 8192, buffer_size: 100, packing: 'bestfit-crop',
}) // prettier-ignore
const variant = {
  packing: 'bestfit-pad' as const,
  seq_len: 1024,
  batch_size: 4,
  buffer_size: 1000,
}

describe('the choices', () => {
  it('offer sizes about the config’s own', () => {
    expect(offers(config)).toEqual({
      lengths: [128, 256, 512, 1024, 2048],
      buffers: [10, 100, 1000, 10_000],
    })
    expect(offers({ ...config, max_seq_len: 10, buffer_size: 77 })).toEqual({
      lengths: [10, 20, 40],
      buffers: [10, 77, 100, 1000, 10_000],
    })
  })

  it('make every combination, at the same tokens a micro-batch', () => {
    const first = variantsOf(config, firstChoices(config))
    expect(first).toHaveLength(POLICIES.length * 2)
    expect(first.filter((one) => isInUse(config, one)).map(variantKey)).toEqual(['bestfit-crop 512 8 100'])
    const lengths = variantsOf(config, {
      policies: ['greedy-crop'],
      lengths: [256, 1024, 8192],
      buffers: [10],
    })
    expect(lengths.map(({ seq_len, batch_size }) => [seq_len, batch_size])).toEqual([[256, 16], [1024, 4], [8192, 1]]) // prettier-ignore
  })
})

describe('adopted', () => {
  it('takes packing, rows and buffer over, and nothing else', () => {
    expect(adopted(config, variant)).toEqual({
      ...config,
      packing: 'bestfit-pad',
      max_seq_len: 1024,
      device_batch_size: 4,
      buffer_size: 1000,
    })
  })

  it('refuses a policy that does not train', () => {
    for (const packing of POLICIES) {
      const isConfig = typeof adopted(config, { ...variant, packing }) === 'object'
      expect([packing, isConfig]).toEqual([packing, policyNamed(packing).trains])
    }
    expect(adopted(config, { ...variant, packing: 'greedy-crop' })).toBe('for comparison only')
  })

  it('refuses rows that make no whole steps', () => {
    expect(adopted(config, { ...variant, seq_len: 3000, batch_size: 1 })).toMatch(/no multiple of 1 × 3000/)
  })
})

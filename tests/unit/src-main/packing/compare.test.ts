import { describe, expect, it } from 'vitest'
import { compareVariant } from '../../../../src-main/packing/compare'
import type { Comparison, PackingVariant } from '../../../../src-main/packing/plan.schema'
import type { PlanInput } from '../../../../src-main/packing/types'
import { packingName } from '../../../../src-main/packing/packings.schema'

const lengths = Int32Array.from({ length: 3000 }, (_, i) => 10 + ((i * 7919) % 190))
const input: PlanInput = { lengths, tasks: new Uint16Array(lengths.length), taskCount: 1 }

function compare(variant: PackingVariant, tokensPerStep = 1024): Comparison {
  const run = compareVariant(input, variant, tokensPerStep)
  for (;;) {
    const { done, value } = run.next()
    if (done === true) return value
  }
}

const base = { seq_len: 255, batch_size: 4, buffer_size: 100 }

describe('compareVariant', () => {
  it('accounts for every variant', () => {
    for (const packing of packingName.options) {
      const row = compare({ ...base, packing })
      expect(row.tokens_used + row.tokens_padded).toBe(row.rows * 256)
      expect(row.utilisation).toBeCloseTo(row.tokens_used / (row.rows * 256), 12)
      expect(row.steps).toBe(Math.floor((row.rows * 255) / 1024))
    }
  })

  it('ranks the policies as they are known to rank', () => {
    const loss = (packing: PackingVariant['packing']): number =>
      compare({ ...base, packing }).loss_by_cropping
    expect(loss('greedy-crop')).toBeGreaterThan(loss('bestfit-crop'))
    expect(loss('bestfit-crop')).toBeGreaterThan(loss('crop-shortest'))
    expect(loss('bestfit-pad')).toBe(0)
    expect(loss('first-fit-decreasing')).toBe(0)
  })

  it('loses less with a larger buffer, and nothing to longer rows than it must', () => {
    const small = compare({ ...base, packing: 'bestfit-crop', buffer_size: 10 })
    const large = compare({ ...base, packing: 'bestfit-crop', buffer_size: 1000 })
    expect(large.loss_by_cropping).toBeLessThan(small.loss_by_cropping)
    expect(compare({ ...base, packing: 'bestfit-pad', seq_len: 99 }).conversations_longer_than_row).toBe(
      lengths.filter((l) => l > 100).length,
    )
  })
})

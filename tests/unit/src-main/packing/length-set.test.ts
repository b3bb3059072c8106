import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LengthSet } from '../../../../src-main/packing/length-set'

describe('LengthSet', () => {
  it('is empty at first', () => {
    const set = new LengthSet()
    expect(set.min()).toBe(-1)
    expect(set.floor(4000)).toBe(-1)
  })

  it('finds the largest member at or below, across words and levels', () => {
    const set = new LengthSet()
    for (const n of [0, 31, 32, 1023, 1024, 2049]) set.add(n)
    expect([0, 30, 31, 32, 1000, 1023, 1500, 2048, 2049, 4000].map((n) => set.floor(n))).toEqual([
      0, 0, 31, 32, 32, 1023, 1024, 1024, 2049, 2049,
    ])
    expect(set.floor(-1)).toBe(-1)
  })

  it('grows with its members and keeps them', () => {
    const set = new LengthSet(10)
    set.add(3)
    set.add(100_000)
    expect(set.min()).toBe(3)
    expect(set.floor(99_999)).toBe(3)
    expect(set.floor(1_000_000)).toBe(100_000)
  })

  it('answers as a sorted list does', () => {
    const change = fc.record({ add: fc.boolean(), n: fc.integer({ min: 0, max: 3000 }) })
    const asked = fc.integer({ min: 0, max: 3100 })
    fc.assert(
      fc.property(fc.array(change), fc.array(asked), (changes, questions) => {
        const set = new LengthSet(64)
        const model = new Set<number>()
        for (const { add, n } of changes) {
          if (add) {
            set.add(n)
            model.add(n)
          } else {
            set.delete(n)
            model.delete(n)
          }
        }
        const members = [...model].sort((a, b) => a - b)
        expect(set.min()).toBe(members[0] ?? -1)
        for (const n of questions) expect(set.floor(n)).toBe(members.findLast((m) => m <= n) ?? -1)
      }),
    )
  })
})

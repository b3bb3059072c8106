import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { accuracyInterval, chatCore, chatCores, figuresOf } from '../../../../src-main/evaluation/chatcore'

describe('accuracyInterval', () => {
  it('is Wilson’s: figures of his formula, computed by hand', () => {
    const { low, high } = accuracyInterval({ right: 0, total: 20 })
    expect(low).toBe(0)
    expect(high).toBeCloseTo(0.16113, 4)
    const half = accuracyInterval({ right: 50, total: 100 })
    expect([half.low, half.high].map((each) => Number(each.toFixed(4)))).toEqual([0.4038, 0.5962])
  })

  it('holds the accuracy, and narrows with more questions', () => {
    const score = fc
      .integer({ min: 1, max: 500 })
      .chain((total) => fc.record({ total: fc.constant(total), right: fc.integer({ min: 0, max: total }) }))
    fc.assert(
      fc.property(score, ({ right, total }) => {
        const { low, high } = accuracyInterval({ right, total })
        expect(low).toBeLessThanOrEqual(right / total + 1e-12)
        expect(high).toBeGreaterThanOrEqual(right / total - 1e-12)
        const more = accuracyInterval({ right: right * 4, total: total * 4 })
        expect(more.high - more.low).toBeLessThan(high - low)
      }),
    )
  })

  it('says nothing about no questions', () => {
    expect(accuracyInterval({ right: 0, total: 0 })).toEqual({ low: 0, high: 1 })
  })
})

describe('chatCore', () => {
  it('is 0 for guessing and 1 for everything right, whatever the baseline', () => {
    const guessed = [
      { right: 25, total: 100, baseline: 0.25 },
      { right: 0, total: 7, baseline: 0 },
    ]
    expect(chatCore(guessed)).toBe(0)
    expect(chatCore(guessed.map((task) => ({ ...task, right: task.total })))).toBe(1)
  })

  it('weighs tasks alike, and falls below 0 for worse than guessing', () => {
    const tasks = [
      { right: 10, total: 100, baseline: 0.25 },
      { right: 1, total: 2, baseline: 0 },
    ]
    expect(chatCore(tasks)).toBeCloseTo((-0.2 + 0.5) / 2, 12)
  })

  it('is unknown without tasks, and where a task had no question', () => {
    expect(chatCore([])).toBeNull()
    expect(chatCore([{ right: 0, total: 0, baseline: 0 }])).toBeNull()
  })
})

describe('chatCores', () => {
  const letters = { right: 5, total: 10, baseline: 0.25 }
  const words = { right: 1, total: 4, baseline: 0 }

  it('are over all tasks, and over those of multiple choice', () => {
    const found = chatCores([letters, words])
    expect(found.chatcore).toBeCloseTo((1 / 3 + 1 / 4) / 2)
    expect(found.chatcore_cat).toBeCloseTo(1 / 3)
    expect(chatCores([words])).toEqual({ chatcore: 0.25, chatcore_cat: null })
  })

  it('has none where a task could not be measured, and that over multiple choice only where it is not of those', () => {
    const none = { right: 0, total: 0 }
    expect(chatCores([letters, { ...words, ...none }])).toEqual({ chatcore: null, chatcore_cat: 1 / 3 })
    expect(chatCores([letters, { ...letters, ...none }])).toEqual({ chatcore: null, chatcore_cat: null })
  })
})

describe('figuresOf', () => {
  it('gives an accuracy with its interval, and none of nothing', () => {
    expect(figuresOf({ right: 1, total: 2 })).toMatchObject({ right: 1, total: 2, accuracy: 0.5 })
    expect(figuresOf({ right: 0, total: 0 })).toEqual({ right: 0, total: 0, accuracy: null, low: 0, high: 1 })
  })
})

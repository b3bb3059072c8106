import { describe, expect, it } from 'vitest'
import { weightBars, zeroAt } from '../../../../src-renderer/checkpoints/histogram'

const histogram = (overrides: object) => ({
  min: -1,
  max: 3,
  mean: 0,
  deviation: 1,
  zeros: 0,
  notFinite: 0,
  counts: [1, 0, 4, 2],
  ...overrides,
})

describe('weightBars', () => {
  it('has a bar an interval, the tallest of height 1', () => {
    expect(weightBars(histogram({}))).toEqual([
      { from: -1, to: 0, count: 1, height: 0.25 },
      { from: 0, to: 1, count: 0, height: 0 },
      { from: 1, to: 2, count: 4, height: 1 },
      { from: 2, to: 3, count: 2, height: 0.5 },
    ])
  })

  it('has one bar where all numbers are the same, and none where there is none', () => {
    expect(weightBars(histogram({ min: 1, max: 1, counts: [7, 0] }))).toEqual([
      { from: 1, to: 1, count: 7, height: 1 },
    ])
    expect(weightBars(histogram({ min: null, max: null, counts: [0, 0] }))).toEqual([])
  })
})

it('zero is marked where it lies between least and largest', () => {
  expect(zeroAt(histogram({}))).toBe(0.25)
  expect(zeroAt(histogram({ min: 0 }))).toBeNull()
  expect(zeroAt(histogram({ max: -0.5 }))).toBeNull()
  expect(zeroAt(histogram({ min: null, max: null }))).toBeNull()
})

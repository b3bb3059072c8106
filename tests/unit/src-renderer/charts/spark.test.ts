import { expect, it } from 'vitest'
import { sparkPath } from '../../../../src-renderer/charts/spark'

it('draws from the greatest at the top to the least at the bottom', () => {
  expect(sparkPath([3, 2, 1], 24, 14)).toBe('M2.0 2.0L12.0 7.0L22.0 12.0')
})

it('draws a flat line in the middle, and nothing for less than a line', () => {
  expect(sparkPath([2, 2], 24, 14)).toBe('M2.0 7.0L22.0 7.0')
  expect(sparkPath([1], 24, 14)).toBe('')
  expect(sparkPath([1, NaN], 24, 14)).toBe('')
})

import { expect, it } from 'vitest'
import { css, mix, parseRgb } from '../../../../src-renderer/theme/palette'

it('reads computed colours', () => {
  expect(parseRgb('rgb(1, 2, 3)')).toEqual([1, 2, 3])
  expect(parseRgb('rgba(1, 2, 3, 0.5)')).toEqual([1, 2, 3])
  expect(parseRgb('none')).toEqual([0, 0, 0])
})

it('mixes one colour into another', () => {
  expect(mix([200, 100, 0], [0, 0, 0], 0.5)).toEqual([100, 50, 0])
  expect(mix([200, 100, 0], [1, 2, 3], 0)).toEqual([1, 2, 3])
})

it('writes CSS', () => {
  expect(css([1, 2, 3])).toBe('rgb(1 2 3)')
})

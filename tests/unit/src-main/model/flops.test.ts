import { expect, it } from 'vitest'

import { flopsPerToken, parameterCount } from '../../../../src-main/model/flops'
import { golden } from '../../../support/golden-model'

it('counts as the reference does', () => {
  expect(parameterCount(golden.config)).toBe(golden.num_params)
  expect(flopsPerToken(golden.config)).toBe(golden.flops_per_token)
})

it('counts no more keys than the context has', () => {
  const short = { ...golden.config, window_pattern: 'S' }
  const long = { ...golden.config, window_pattern: 'L' }
  expect(flopsPerToken(long) - flopsPerToken(short)).toBe(2 * 12 * 128 * 128) // 2 layers, 128 keys fewer
})

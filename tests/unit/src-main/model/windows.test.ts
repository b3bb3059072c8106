import { expect, it } from 'vitest'

import { modelConfig } from '../../../../src-main/model/config.schema'
import { windowSizes } from '../../../../src-main/model/windows'

function windows(n_layer: number, window_pattern: string, sequence_len = 256): number[] {
  return windowSizes(
    modelConfig.parse({
      sequence_len,
      vocab_size: 64,
      n_layer,
      n_head: 1,
      n_kv_head: 1,
      n_embd: 8,
      window_pattern,
    }),
  )
}

it('repeats the pattern and ends with the whole context', () => {
  expect(windows(5, 'SSL')).toEqual([128, 128, 256, 128, 256])
  expect(windows(3, 'S')).toEqual([128, 128, 256])
  expect(windows(2, 'L')).toEqual([256, 256])
})

it('halves downwards', () => {
  expect(windows(2, 'S', 7)).toEqual([3, 7])
})

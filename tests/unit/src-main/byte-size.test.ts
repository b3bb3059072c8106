import { expect, it } from 'vitest'

import { byteSize } from '../../../src-main/byte-size'

it.each([
  [400_000, '0.4 MiB'],
  [192 * 2 ** 20, '192 MiB'],
  [2 ** 30, '1.0 GiB'],
  [22.44 * 2 ** 30, '22.4 GiB'],
])('says %i bytes as %s', (bytes, text) => {
  expect(byteSize(bytes)).toBe(text)
})

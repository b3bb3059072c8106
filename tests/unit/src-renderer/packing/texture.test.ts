import { expect, it } from 'vitest'
import { texturePixels } from '../../../../src-renderer/packing/texture'

it('writes one opaque pixel a token, in the order red, green, blue, alpha', () => {
  const pixels = texturePixels(Uint8Array.from([1, 0, 1]), [
    [10, 20, 30],
    [255, 0, 128],
  ])
  expect([...pixels]).toEqual([255, 0, 128, 255, 10, 20, 30, 255, 255, 0, 128, 255])
})

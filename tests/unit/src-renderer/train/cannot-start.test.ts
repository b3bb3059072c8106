import { expect, it } from 'vitest'

import type { Finding } from '../../../../src-renderer/api/types'
import { cannotStartText } from '../../../../src-renderer/train/cannot-start'

const block = (path: string, message: string, remedy?: string): Finding => ({
  level: 'block',
  path,
  message,
  ...(remedy === undefined ? {} : { remedy }),
})

it.each([
  [[], ''],
  [[block('device_batch_size', 'is 1.5')], 'Cannot start: device_batch_size is 1.5.'],
  [
    [block('device_batch_size', 'is 1.5', 'it must be a whole number')],
    'Cannot start: device_batch_size is 1.5; it must be a whole number.',
  ],
  [[block('seed', 'Seed.', 'Set it to 1.')], 'Cannot start: Seed.'],
  [[block('model_tag', 'No checkpoint "d77" is there.')], 'Cannot start: No checkpoint "d77" is there.'],
  [[block('', 'the disk is full')], 'Cannot start: the disk is full.'],
  [
    [block('seed', 'is -1'), block('run', 'is ""')],
    'Cannot start: seed is -1. One more blocker is in the preflight.',
  ],
  [
    [block('seed', 'is -1'), block('run', 'is ""'), block('x', 'y')],
    'Cannot start: seed is -1. 2 more blockers are in the preflight.',
  ],
])('%j', (blockers, text) => {
  expect(cannotStartText(blockers)).toBe(text)
})

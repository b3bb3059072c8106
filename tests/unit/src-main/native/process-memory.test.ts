import { totalmem } from 'node:os'
import { expect, test } from 'vitest'

import { peakMemory } from '../../../../src-main/native/process-memory'

test.runIf(process.platform === 'linux')('the peak is at least what is resident now, and never falls', () => {
  const before = peakMemory() ?? NaN
  expect(before).toBeGreaterThanOrEqual(0.99 * process.memoryUsage().rss)
  const held = Buffer.alloc(100e6, 1)
  const after = peakMemory() ?? NaN
  expect(after).toBeGreaterThanOrEqual(before)
  expect(after).toBeGreaterThan(held.length)
  expect(after).toBeLessThan(totalmem())
})

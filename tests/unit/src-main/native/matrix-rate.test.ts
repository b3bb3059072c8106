import { expect, test } from 'vitest'

import { disturbanceOf, matrixRate } from '../../../../src-main/native/matrix-rate'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'

test('a machine is at rest where its threads had their processors, or others left them free', () => {
  expect(disturbanceOf({ seconds: 0.1, ran: 0.19 }, 1.5, 2)).toBeNull()
  expect(disturbanceOf({ seconds: 0.1, ran: 0.1 }, 0.1, 2)).toBeNull() // as threads that wait for each other
  expect(disturbanceOf({ seconds: 0.1, ran: 0.1 }, 1.26, 2)).toBe(
    'other programs kept 1.3 processors busy while it was measured',
  )
  expect(disturbanceOf({ seconds: 0.1, ran: 0.1 }, null, 2)).toContain('cannot be told')
  expect(disturbanceOf({ seconds: 0.1, ran: 0.19 }, null, 2)).toBeNull()
})

test.each(['float32', 'bfloat16'] as const)(
  'the rate of %s is one that a processor can have',
  async (dtype) => {
    const tensorflow = await loadTensorflow()
    const before = tensorflow.memory.usage().bytes
    const { flops, disturbance } = matrixRate(tensorflow, dtype)
    expect(flops).toBeGreaterThan(1e9)
    expect(flops).toBeLessThan(1e16)
    if (disturbance !== null) expect(disturbance).toMatch(/^other programs kept \d+\.\d processors busy/)
    expect(tensorflow.memory.usage().bytes).toBeLessThanOrEqual(before + 40e6) // kept for reuse, no more
  },
)

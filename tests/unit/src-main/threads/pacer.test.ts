import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Pacer } from '../../../../src-main/threads/pacer'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('the first after a quiet time is passed on at once, those that follow together, and a flush now', () => {
  let passed = 0
  const pacer = new Pacer(() => passed++)
  const after = (ms: number): number => {
    pacer.schedule()
    pacer.schedule()
    vi.advanceTimersByTime(ms)
    return passed
  }
  expect(after(0)).toBe(1)
  expect(after(99)).toBe(1)
  expect(after(1)).toBe(2)
  vi.advanceTimersByTime(1000)
  expect(after(0)).toBe(3)
  pacer.schedule()
  pacer.flush()
  vi.advanceTimersByTime(1000)
  expect(passed).toBe(4)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { emptyBatch, MetricsBatcher, type MetricsBatch } from '../../../../src-main/runs/metrics-batcher'
import { sampleStep } from '../../../support/run-samples'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('many steps become at most ten batches a second, and none is lost', () => {
  const batches: MetricsBatch[] = []
  const batcher = new MetricsBatcher((batch) => batches.push(batch))
  for (let step = 1; step <= 500; step++) {
    batcher.addStep(sampleStep(step))
    vi.advanceTimersByTime(2)
  }
  vi.advanceTimersByTime(1000)
  expect(batches.length).toBeLessThanOrEqual(12)
  expect(batches.flatMap((batch) => batch.steps.map(({ step }) => step))).toEqual(
    Array.from({ length: 500 }, (_, i) => i + 1),
  )
})

test('the first after a quiet time does not wait', () => {
  const batches: MetricsBatch[] = []
  const batcher = new MetricsBatcher((batch) => batches.push(batch))
  batcher.addLog({ at: 0, level: 'info', text: 'one' })
  vi.advanceTimersByTime(0)
  expect(batches).toHaveLength(1)
})

test('a flush hands on what waits, and nothing when nothing does', () => {
  const batches: MetricsBatch[] = []
  const batcher = new MetricsBatcher((batch) => batches.push(batch))
  batcher.flush()
  batcher.addEval({ step: 3, val_bpb: 1, seconds: 2 })
  batcher.flush()
  vi.advanceTimersByTime(1000)
  expect(batches).toEqual([{ ...emptyBatch(), evals: [{ step: 3, val_bpb: 1, seconds: 2 }] }])
})

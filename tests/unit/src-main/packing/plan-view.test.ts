import { describe, expect, it } from 'vitest'
import { planEpoch } from '../../../../src-main/packing/plan'
import { viewPlan } from '../../../../src-main/packing/plan-view'
import { optionsOf } from '../../../support/packing'

function planOf(conversations: number, batchSize: number): ReturnType<typeof planEpoch> {
  const lengths = new Int32Array(conversations).fill(5)
  const tasks = Uint16Array.from(lengths, (_, c) => c % 2)
  const options = { ...optionsOf({ batchSize, bufferSize: 1, packing: 'bestfit-pad' }), batchesPerStep: 1 }
  return planEpoch({ lengths, tasks, taskCount: 2 }, options)
}

describe('viewPlan', () => {
  it('names totals and tasks', () => {
    const view = viewPlan(planOf(8, 2), [
      { index: 0, label: 'A', excluded: 2 },
      { index: 1, label: 'B', excluded: 1 },
    ])
    expect(view).toMatchObject({
      packing: 'bestfit-pad',
      seq_len: 9,
      steps: 2,
      batches: 2,
      rows: 4,
      tokens_used: 40,
    })
    expect(view.per_task.map((t) => [t.task, t.name, t.conversations, t.tokens_used])).toEqual([
      [0, 'A', 4, 20],
      [1, 'B', 4, 20],
    ])
    expect(view.curve).toEqual({ batches_per_point: 1, used: [20, 20], cropped: [0, 0], padded: [0, 0] })
  })

  it('thins the curve of a long epoch and loses nothing', () => {
    const view = viewPlan(planOf(9001, 1), [])
    expect(view.batches).toBe(4501)
    expect(view.curve.batches_per_point).toBe(3)
    expect(view.curve.used).toHaveLength(1501)
    expect(view.curve.used.reduce((a, b) => a + b, 0)).toBe(view.tokens_used)
  })
})

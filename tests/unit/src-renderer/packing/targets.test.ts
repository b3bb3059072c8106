import { describe, expect, it } from 'vitest'

import type { PlanView } from '../../../../src-renderer/api/types'
import { countedTargets, countsAt, rowLacking, targetMarks } from '../../../../src-renderer/packing/targets'
import { sampleBatch } from './sample-batch'
import { samplePlan } from './sample-plan'

/** Four batches of two rows of 200 positions: few is fewer than 2 targets. */
function planOf(perRow: number[] | null): PlanView {
  const { targets } = samplePlan()
  const counted = perRow && Int32Array.from(perRow)
  return samplePlan({ seq_len: 200, targets: { ...targets, loss: 'completion', per_row: counted } })
}
const plan = planOf([9, 0, 1, 9, 0, 0, 9, 2])

describe('the marks on the strip', () => {
  it('stand where a row has few targets or none, or a micro-batch none, the gravest of a place alone', () => {
    expect(targetMarks(plan)).toEqual({
      rows: 'M0 0.62V1',
      few: `M${String(1 / 3)} 0.82V1`,
      batches: `M${String(2 / 3)} 0V1`,
    })
  })

  it('share a place where the epoch has more batches than there are places', () => {
    const rows = new Int32Array(2 * 5000).fill(9)
    rows[2 * 4999] = 0
    rows.fill(0, 2 * 2500, 2 * 2500 + 2)
    const { targets } = samplePlan()
    const marks = targetMarks(samplePlan({ batches: 5000, targets: { ...targets, per_row: rows } }))
    expect(marks).toMatchObject({ rows: 'M1 0.62V1', few: '' })
    expect(marks.batches.match(/M/g)).toHaveLength(1)
  })

  it('are not there where rows are too many, or there is no batch', () => {
    const none = { batches: '', rows: '', few: '' }
    expect(targetMarks(planOf(null))).toEqual(none)
    expect(targetMarks({ ...planOf([]), batches: 0 })).toEqual(none)
  })
})

describe('the next row without a target', () => {
  it('is found forwards and backwards, in any batch, and not beyond the ends', () => {
    const next = (batch: number, row: number) => rowLacking(plan, 'none', { batch, row }, 1)
    expect(next(0, -1)).toEqual({ batch: 0, row: 1 })
    expect(next(0, 1)).toEqual({ batch: 2, row: 0 })
    expect(next(2, 0)).toEqual({ batch: 2, row: 1 })
    expect(next(2, 1)).toBeNull()
    expect(next(99, 0)).toBeNull()
    const before = (batch: number, row: number) => rowLacking(plan, 'none', { batch, row }, -1)
    expect(before(3, 1)).toEqual({ batch: 2, row: 1 })
    expect(before(2, 0)).toEqual({ batch: 0, row: 1 })
    expect(before(0, 1)).toBeNull()
    expect(before(99, 0)).toEqual({ batch: 2, row: 1 })
  })

  it('is one with few too, where that is asked for', () => {
    const next = (batch: number, row: number) => rowLacking(plan, 'few', { batch, row }, 1)
    expect(next(0, 1)).toEqual({ batch: 1, row: 0 })
    expect(next(2, 1)).toBeNull() // two targets of 200 positions are not few
    expect(rowLacking(plan, 'few', { batch: 2, row: 0 }, -1)).toEqual({ batch: 1, row: 0 })
  })

  it('is not known where rows are too many', () => {
    expect(rowLacking(planOf(null), 'few', { batch: 0, row: 0 }, 1)).toBeNull()
  })
})

describe('what counts in the loss', () => {
  it('is every id of a row but its first and the padding; with completion loss what the mask lets through', () => {
    const counted = (loss: 'all' | 'completion'): boolean[] =>
      [0, 1].flatMap((row) =>
        [0, 1, 2, 3, 4, 5, 6].map((position) => countsAt({ ...sampleBatch(), loss }, { row, position })),
      )
    const [o, x] = [false, true]
    expect(counted('all')).toEqual([o, x, x, x, x, x, x, o, x, x, x, x, o, o])
    expect(counted('completion')).toEqual([o, o, x, o, o, x, x, o, o, x, x, x, o, o])
    expect(countedTargets(sampleBatch())).toBe(10)
  })
})

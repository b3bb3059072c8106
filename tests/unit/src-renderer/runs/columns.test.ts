import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fitting, type RunColumn } from '../../../../src-renderer/runs/columns'

const column = (key: string, width: number, rank: number): RunColumn => ({
  key,
  title: key,
  width,
  rank,
  cell: () => '',
})
const keys = (columns: readonly RunColumn[]): string => columns.map(({ key }) => key).join(' ')
const COLUMNS = [column('a', 100, 2), column('b', 80, 0), column('c', 60, 3), column('d', 40, 1)]

describe('fitting', () => {
  it('leaves out the column of the highest rank first, and keeps the order of the others', () => {
    expect(keys(fitting(COLUMNS, 280))).toBe('a b c d')
    expect(keys(fitting(COLUMNS, 279))).toBe('a b d')
    expect(keys(fitting(COLUMNS, 219))).toBe('b d')
    expect(keys(fitting(COLUMNS, 120))).toBe('b d')
  })

  it('keeps columns of rank 0, though there is no room at all', () => {
    expect(keys(fitting(COLUMNS, 0))).toBe('b')
    expect(keys(fitting(COLUMNS, -500))).toBe('b')
  })

  it('never takes more room than there is, but for the columns that stay', () => {
    const some = fc.array(
      fc.tuple(fc.nat(300), fc.nat(5)).map(([width, rank]) => column('x', width, rank)),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(some, fc.nat(2000), (columns, room) => {
        const shown = fitting(columns, room)
        const taken = shown.reduce((sum, { width }) => sum + width, 0)
        expect(taken <= room || shown.every(({ rank }) => rank === 0)).toBe(true)
      }),
    )
  })
})

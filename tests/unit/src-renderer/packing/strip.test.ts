import { describe, expect, it } from 'vitest'
import type { BatchLayout } from '../../../../src-renderer/api/types'
import { PAD_CLASS } from '../../../../src-renderer/packing/classes'
import { makeStrip, stripRows, stripSpanAt } from '../../../../src-renderer/packing/strip'

/** Two rows of ten: two conversations of the tasks 1 and 0, and one of task 1 before padding. */
const layout: BatchLayout = {
  batch: 4,
  rows: 2,
  seq_len: 9,
  spans: [
    { row: 0, offset: 0, length: 6, cropped: 0, conversation: 30, task: 1, taskRow: 3 },
    { row: 0, offset: 6, length: 4, cropped: 5, conversation: 31, task: 0, taskRow: 8 },
    { row: 1, offset: 0, length: 7, cropped: 0, conversation: 32, task: 1, taskRow: 4 },
  ],
  pad_from: [10, 7],
}

describe('stripRows', () => {
  it('shows all rows where each has three pixels, and none is higher than ten', () => {
    expect(stripRows(8, 48)).toEqual({ shown: 8, rowPx: 6 })
    expect(stripRows(16, 48)).toEqual({ shown: 16, rowPx: 3 })
    expect(stripRows(2, 48)).toEqual({ shown: 2, rowPx: 10 })
  })

  it('shows the first rows where they do not all fit', () => {
    expect(stripRows(32, 48)).toEqual({ shown: 16, rowPx: 3 })
    expect(stripRows(4, 0)).toEqual({ shown: 1, rowPx: 0 })
  })
})

describe('makeStrip', () => {
  it('gives every token its task’s colour, and padding its own', () => {
    const { classes, model } = makeStrip(layout, [3, 9])
    const [task0, task1] = [2 * 3 + 1, 2 * 1 + 1] // the ninth colour is the first's neighbour, with another pattern
    expect([...classes.slice(0, 10)]).toEqual([...Array(6).fill(task1), ...Array(4).fill(task0)])
    expect([...classes.slice(10)]).toEqual([...Array(7).fill(task1), ...Array(3).fill(PAD_CLASS)])
    expect(model.spansOfRow.map((spans) => spans.map(({ conversation }) => conversation))).toEqual([
      [30, 31],
      [32],
    ])
  })
})

describe('stripSpanAt', () => {
  const strip = makeStrip(layout, [0, 1])
  const size = { width: 100, height: 20 } // ten pixels a token and a row
  const at = (x: number, y: number): number | undefined => stripSpanAt(strip, size, x, y)?.conversation

  it('finds the conversation under a point', () => {
    expect([at(0, 0), at(59, 9), at(60, 0), at(69, 10)]).toEqual([30, 30, 31, 32])
  })

  it('finds none in the padding, nor under the rows', () => {
    expect([at(70, 10), at(5, 20)]).toEqual([undefined, undefined])
  })
})

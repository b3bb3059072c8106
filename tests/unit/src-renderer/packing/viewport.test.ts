import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_TOKEN_PX,
  cellAt,
  fit,
  frameSpan,
  panBy,
  reveal,
  tickStep,
  visibleRange,
  within,
  zoomAt,
  type Extent,
  type Size,
  type Viewport,
} from '../../../../src-renderer/packing/viewport'

const extent: Extent = { columns: 2049, rows: 32 }
const size: Size = { width: 1200, height: 480 }

const extents = fc.record({
  columns: fc.integer({ min: 2, max: 8193 }),
  rows: fc.integer({ min: 1, max: 300 }),
})
const sizes = fc.record({
  width: fc.integer({ min: 200, max: 2500 }),
  height: fc.integer({ min: 80, max: 1400 }),
})

function isWithin(view: Viewport, of: Extent, plot: Size): void {
  expect(view.x).toBeGreaterThanOrEqual(0)
  expect(view.y).toBeGreaterThanOrEqual(0)
  expect(view.x + plot.width / view.sx).toBeLessThanOrEqual(Math.max(of.columns, plot.width / view.sx) + 1e-6)
  expect(view.y + plot.height / view.sy).toBeLessThanOrEqual(Math.max(of.rows, plot.height / view.sy) + 1e-6)
}

describe('fit', () => {
  it('shows a whole row across, and all rows as far as they can be made thin', () => {
    const view = fit(extent, size)
    expect(visibleRange(view, extent, size)).toEqual({ row0: 0, row1: 32, column0: 0, column1: 2049 })
  })

  it('gives the rows of a small batch the whole height', () => {
    const small = { columns: 100, rows: 2 }
    const view = fit(small, size)
    expect(view.sy).toBe(size.height / 2)
    expect(zoomAt(view, small, size, 4, 600, 100).sy).toBe(view.sy)
  })
})

describe('frameSpan', () => {
  it('shows the whole of a conversation, wherever it lies', () => {
    const span = { row: 20, offset: 900, length: 300 }
    const range = visibleRange(frameSpan(fit(extent, size), extent, size, span), extent, size)
    expect(range.column0).toBeLessThan(900)
    expect(range.column1).toBeGreaterThan(1200)
    expect(range.column1 - range.column0).toBeLessThan(400)
    expect(range.row0).toBeLessThanOrEqual(20)
    expect(range.row1).toBeGreaterThan(20)
  })
  it('never leaves the batch', () => {
    fc.assert(
      fc.property(extents, sizes, fc.nat(), fc.nat(), fc.nat(), (of, plot, row, offset, length) => {
        const at = offset % of.columns
        const span = { row: row % of.rows, offset: at, length: 1 + (length % (of.columns - at)) }
        isWithin(frameSpan(fit(of, plot), of, plot, span), of, plot)
      }),
    )
  })
})

describe('zoomAt', () => {
  it('keeps what is under the pointer there, unless the batch ends', () => {
    const view = fit(extent, size)
    const zoomed = zoomAt(view, extent, size, 4, 600, 100)
    expect(zoomed.sx).toBeCloseTo(4 * view.sx)
    expect(zoomed.x + 600 / zoomed.sx).toBeCloseTo(view.x + 600 / view.sx)
  })
  it('never leaves the batch, whatever is done', () => {
    const actions = fc.array(
      fc.record({
        factor: fc.double({ min: 0.2, max: 5, noNaN: true }),
        px: fc.nat(2500),
        py: fc.nat(1400),
        dx: fc.integer({ min: -3000, max: 3000 }),
        dy: fc.integer({ min: -900, max: 900 }),
      }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(extents, sizes, actions, (of, plot, steps) => {
        let view = fit(of, plot)
        for (const { factor, px, py, dx, dy } of steps) {
          view = panBy(zoomAt(view, of, plot, factor, px, py), of, plot, dx, dy)
          isWithin(view, of, plot)
          expect(view.sx).toBeLessThanOrEqual(Math.max(MAX_TOKEN_PX, plot.width / of.columns) + 1e-9)
        }
      }),
    )
  })
})

describe('cellAt', () => {
  it('finds the token under a point', () => {
    const view: Viewport = { x: 100, y: 3, sx: 10, sy: 20 }
    expect(cellAt(view, extent, 25, 45)).toEqual({ row: 5, position: 102 })
  })
  it('finds none beside the batch', () => {
    const view: Viewport = { x: 0, y: 0, sx: 10, sy: 20 }
    expect(cellAt(view, extent, -1, 5)).toBeNull()
    expect(cellAt(view, { columns: 10, rows: 1 }, 5, 21)).toBeNull()
  })
})

describe('reveal', () => {
  it('brings any token into sight without changing the scale', () => {
    fc.assert(
      fc.property(
        extents,
        sizes,
        fc.nat(),
        fc.nat(),
        fc.double({ min: 1, max: 200, noNaN: true }),
        (of, plot, r, c, factor) => {
          const view = zoomAt(fit(of, plot), of, plot, factor, 0, 0)
          const cell = { row: r % of.rows, position: c % of.columns }
          const shown = reveal(view, of, plot, cell)
          expect([shown.sx, shown.sy]).toEqual([view.sx, view.sy])
          const range = visibleRange(shown, of, plot)
          expect(cell.row).toBeGreaterThanOrEqual(range.row0)
          expect(cell.row).toBeLessThan(range.row1)
          expect(cell.position).toBeGreaterThanOrEqual(range.column0)
          expect(cell.position).toBeLessThan(range.column1)
        },
      ),
    )
  })
  it('does not move where the token is in sight already', () => {
    const view = within({ x: 500, y: 4, sx: 20, sy: 20 }, extent, size)
    expect(reveal(view, extent, size, { row: 10, position: 520 })).toEqual(view)
  })
})

it('ticks at round numbers of tokens, far enough apart', () => {
  expect([tickStep(0.5), tickStep(1), tickStep(10), tickStep(96)]).toEqual([200, 100, 10, 1])
})

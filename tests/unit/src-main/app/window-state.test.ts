import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { LEAST_SIZE, placeWindow, type Area, type WindowState } from '../../../../src-main/app/window-state'

const screen: Area = { x: 0, y: 0, width: 1920, height: 1080 }
const right: Area = { x: 1920, y: 0, width: 1280, height: 1024 }

describe('placeWindow', () => {
  it('centres the first window on the primary display', () => {
    expect(placeWindow(null, [screen, right])).toEqual({ x: 280, y: 110, width: 1360, height: 860 })
  })

  it('puts it back where it was', () => {
    const stored = { x: 2000, y: 50, width: 1100, height: 700, maximized: false }
    expect(placeWindow(stored, [screen, right])).toEqual({ x: 2000, y: 50, width: 1100, height: 700 })
  })

  it('brings it back when its display is gone', () => {
    const stored = { x: 2000, y: 50, width: 1100, height: 700, maximized: false }
    expect(placeWindow(stored, [screen])).toEqual({ x: 280, y: 110, width: 1360, height: 860 })
  })

  it('shrinks it to a display that has become smaller, and pulls it in', () => {
    const stored = { x: 900, y: 600, width: 1900, height: 1000, maximized: true }
    expect(placeWindow(stored, [{ x: 0, y: 0, width: 1280, height: 800 }])).toEqual({
      x: 0,
      y: 0,
      width: 1280,
      height: 800,
    })
  })

  it('is whole on one display wherever it was, as far as its least size allows', () => {
    const number = fc.integer({ min: -5000, max: 5000 })
    const size = fc.integer({ min: 0, max: 6000 })
    const state = fc.record({ x: number, y: number, width: size, height: size, maximized: fc.boolean() })
    const display = fc.record({
      x: number,
      y: number,
      width: fc.integer({ min: LEAST_SIZE.width, max: 4000 }),
      height: fc.integer({ min: LEAST_SIZE.height, max: 3000 }),
    })
    const displays = fc.array(display, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.option(state), displays, (stored: WindowState | null, areas) => {
        const placed = placeWindow(stored, areas)
        expect(placed.width).toBeGreaterThanOrEqual(LEAST_SIZE.width)
        expect(placed.height).toBeGreaterThanOrEqual(LEAST_SIZE.height)
        expect(areas.some((area) => isWithin(placed, area))).toBe(true)
      }),
    )
  })
})

function isWithin(inner: Area, outer: Area): boolean {
  const right = inner.x + inner.width <= outer.x + outer.width
  const bottom = inner.y + inner.height <= outer.y + outer.height
  return inner.x >= outer.x && inner.y >= outer.y && right && bottom
}

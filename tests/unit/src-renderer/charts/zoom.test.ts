import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { boxOf, isDrag } from '../../../../src-renderer/charts/box'
import { View } from '../../../../src-renderer/charts/view'
import { moved, within, zoomedAbout } from '../../../../src-renderer/charts/zoom'

const whole = { min: 0, max: 100 }

describe('zooming', () => {
  it('keeps the place that it is about, and ends where all is in sight', () => {
    expect(zoomedAbout(whole, 25, 0.5, whole)).toEqual({ min: 12.5, max: 62.5 })
    expect(zoomedAbout({ min: 12.5, max: 62.5 }, 25, 2, whole)).toBeNull()
    expect(zoomedAbout({ min: 90, max: 100 }, 95, 2, whole)).toEqual({ min: 85, max: 100 })
    expect(within({ min: -5, max: 120 }, whole)).toBeNull()
    expect(within({ min: 120, max: 130 }, whole)).toBeNull()
  })

  it('on a log axis works on powers', () => {
    const found = zoomedAbout({ min: 1, max: 10_000 }, 100, 0.5, { min: 1, max: 10_000 }, true)
    expect(found?.min).toBeCloseTo(10, 9)
    expect(found?.max).toBeCloseTo(1000, 9)
  })

  it('never leaves the whole, and never ends in nothing', () => {
    const step = fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.constantFrom(0.5, 0.9, 1.1, 2))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let ends: { min: number; max: number } | null = null
        for (const [at, factor] of steps) {
          const seen: { min: number; max: number } = ends ?? whole
          ends = zoomedAbout(seen, Math.min(seen.max, Math.max(seen.min, at)), factor, whole)
          if (!ends) continue
          expect(ends.max).toBeGreaterThan(ends.min)
          expect(ends.min).toBeGreaterThanOrEqual(0)
          expect(ends.max).toBeLessThanOrEqual(100)
          const by = moved(ends, 0.7, whole)
          expect(by.max).toBeLessThanOrEqual(100 + 1e-9)
          expect(by.max - by.min).toBeCloseTo(ends.max - ends.min, 9)
        }
      }),
    )
  })
})

describe('a box', () => {
  const area = { left: 50, right: 150, top: 10, bottom: 110 }

  it('is cut to the plot, drawn from whichever corner', () => {
    expect(boxOf({ x: 120, y: 90 }, { x: 20, y: 40 }, area)).toEqual({
      ...{ left: 50, width: 70, top: 40, height: 50, flat: false },
    })
  })

  it('that is flat stands for the whole height', () => {
    expect(boxOf({ x: 60, y: 50 }, { x: 90, y: 55 }, area)).toMatchObject({
      top: 10,
      height: 100,
      flat: true,
    })
    expect(isDrag({ x: 0, y: 0 }, { x: 2, y: 2 })).toBe(false)
    expect(isDrag({ x: 0, y: 0 }, { x: 9, y: 0 })).toBe(true)
  })
})

it.each([false, true])('a place of a view and its value are each other’s (log %s)', (log) => {
  const axis = { min: 1, max: 1000, log, ticks: [] }
  const view = new View({ left: 50, right: 250, top: 0, bottom: 100 }, axis, axis)
  for (const pixel of [50, 77, 250]) expect(view.pixelX(view.valueX(pixel))).toBeCloseTo(pixel, 9)
  for (const pixel of [0, 33, 100]) expect(view.pixelY(view.valueY(pixel))).toBeCloseTo(pixel, 9)
  expect(view.valueX(50)).toBeCloseTo(1, 9)
  expect(view.valueY(0)).toBeCloseTo(1000, 9)
  expect([1, 1000, 2000].map((x) => view.shows(x))).toEqual([true, true, false])
})

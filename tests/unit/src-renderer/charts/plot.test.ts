import { describe, expect, it } from 'vitest'

import { PLAIN_CURVES } from '../../../../src-main/contract/contract'
import { Curve } from '../../../../src-renderer/charts/curve'
import { plotOf, type Plot, type PlotRequest } from '../../../../src-renderer/charts/plot'

function curveOf(values: readonly number[], smoothing = 0): Curve {
  const curve = new Curve((step) => step, smoothing)
  curve.follow(values.map((y, at) => ({ x: at + 1, y })))
  return curve
}
function plot(values: readonly number[], over: Partial<PlotRequest> = {}, smoothing = 0): Plot {
  return plotOf({
    curves: [curveOf(values, smoothing)],
    choices: PLAIN_CURVES,
    stretch: { min: 0, max: values.length },
    yZoom: null,
    yMin: null,
    yMax: null,
    yScale: 'number',
    columns: 400,
    rows: 150,
    small: false,
    ...over,
  })
}

describe('the y axis', () => {
  it('holds the data with a little room, and does not go below zero where no value does', () => {
    const { y } = plot([8, 2, 3])
    expect(y.min).toBeCloseTo(2 - 0.36, 12)
    expect(y.max).toBeCloseTo(8 + 0.36, 12)
    expect(plot([0.01, 5, 9]).y.min).toBe(0)
    expect(plot([-1, 1]).y.min).toBeLessThan(-1)
  })

  it('begins where the figure says, and has a height for one value, for equal ones and for none', () => {
    expect(plot([3, 4], { yMin: 0, yMax: 10 }).y).toMatchObject({ min: 0, max: 10 })
    for (const values of [[2], [2, 2, 2], [0, 0], [], [NaN]]) {
      const { y } = plot(values)
      expect(y.max).toBeGreaterThan(y.min)
      expect(y.min).toBeGreaterThanOrEqual(0)
    }
  })

  it('leaves outliers out by the switch, so that a spike does not flatten the rest', () => {
    const values = Array.from({ length: 200 }, (_, at) => (at === 100 ? 1000 : 2 + (at % 10) / 10))
    expect(plot(values).y.max).toBeGreaterThan(1000)
    const { y, lines } = plot(values, { choices: { ...PLAIN_CURVES, clip: true } })
    expect(y.max).toBeLessThan(4)
    expect(lines[0]?.some(({ y: value }) => value === 1000)).toBe(true)
  })

  it('on a log axis has gaps for values of 0 and below, and says how many', () => {
    const { y, lines, notPositive } = plot([0, -3, 10, 1000], { choices: { ...PLAIN_CURVES, log_y: true } })
    expect(notPositive).toBe(2)
    expect(lines[0]).toEqual([{ x: 3, y: 10 }, { x: 4, y: 1000 }]) // prettier-ignore
    expect(y.min).toBeGreaterThan(1)
    expect(y.min).toBeLessThan(10)
    expect(y.log).toBe(true)
    const none = plot([0, 0], { choices: { ...PLAIN_CURVES, log_y: true } })
    expect(none.y.max).toBeGreaterThan(none.y.min)
    expect(none.y.min).toBeGreaterThan(0)
  })

  it('follows what is in sight of x, or what was zoomed into', () => {
    const values = Array.from({ length: 100 }, (_, at) => at)
    expect(plot(values, { stretch: { min: 10, max: 20 } }).y.max).toBeLessThan(22)
    expect(plot(values, { yZoom: { min: 3, max: 4 } }).y).toMatchObject({ min: 3, max: 4 })
  })
})

it('draws what was measured behind the smoothed, and smooths before it thins out', () => {
  const values = Array.from({ length: 10_000 }, (_, at) => (at % 2 === 0 ? 0 : 10))
  const { lines, raw } = plot(values, { columns: 50 }, 0.99)
  expect(lines[0]?.slice(-3).every(({ y }) => Math.abs(y - 5) < 0.1)).toBe(true)
  expect(new Set(raw[0]?.map(({ y }) => y))).toEqual(new Set([0, 10]))
  expect(plot(values, { columns: 50 }).raw[0]).toEqual([])
})

it('on a log x axis leaves out what lies at zero', () => {
  const curve = new Curve((step) => step, 0)
  curve.follow([{ x: 0, y: 3 }, { x: 1, y: 2 }, { x: 100, y: 1 }]) // prettier-ignore
  const { lines, x } = plot([], {
    curves: [curve],
    choices: { ...PLAIN_CURVES, log_x: true },
    stretch: { min: 1, max: 100 },
  })
  expect(lines[0]?.map((point) => point.x)).toEqual([1, 100])
  expect(x.ticks.map(({ label }) => label)).toEqual(['1', '10', '100'])
})

import fc from 'fast-check'
import { expect, it } from 'vitest'

import { Curve } from '../../../../src-renderer/charts/curve'
import { thin, type Drawn } from '../../../../src-renderer/charts/thin'

function curveOf(points: readonly (readonly [x: number, y: number])[]): Curve {
  const curve = new Curve((step) => step, 0)
  curve.follow(points.map(([x, y]) => ({ x, y })))
  return curve
}
const noise = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, at) => [at + 1, Math.sin(at * 12.9898) * 43758.5453 - Math.floor(at / 3)])
const extent = (drawn: readonly Drawn[]): [number, number] => [
  Math.min(...drawn.map(({ y }) => y)),
  Math.max(...drawn.map(({ y }) => y)),
]

it('draws what there is where a few values are all', () => {
  const curve = curveOf([[1, 5], [2, NaN], [3, 4]]) // prettier-ignore
  expect(thin(curve, curve.y, { min: 0, max: 3, log: false, columns: 100 })).toEqual([
    { x: 1, y: 5 },
    { x: 2, y: NaN },
    { x: 3, y: 4 },
  ])
})

it.each([false, true])('keeps the ends and the extremes, in order, four a column (log %s)', (log) => {
  const points = noise(20_000)
  const curve = curveOf(points)
  const drawn = thin(curve, curve.y, { min: 1, max: 20_000, log, columns: 300 })
  expect(drawn.length).toBeLessThanOrEqual(4 * 300 + 4)
  expect(drawn.length).toBeGreaterThan(300)
  expect(drawn[0]).toEqual({ x: 1, y: points[0]?.[1] })
  expect(drawn.at(-1)).toEqual({ x: 20_000, y: points.at(-1)?.[1] })
  expect(extent(drawn)).toEqual(extent(points.map(([x, y]) => ({ x, y }))))
  expect(drawn.map(({ x }) => x)).toEqual(drawn.map(({ x }) => x).toSorted((a, b) => a - b))
})

it('keeps the extremes of every column, whatever is in sight', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 50, maxLength: 400 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 4, max: 12 }),
      (values, from, columns) => {
        const curve = curveOf(values.map((y, at) => [at, y]))
        const [min, max] = [from, values.length - 1]
        const drawn = thin(curve, curve.y, { min, max, log: false, columns })
        for (let column = 0; column < columns; column++) {
          const edge = (at: number): number => min + ((max - min) * at) / columns
          const isIn = (x: number): boolean => x >= edge(column) && x < edge(column + 1)
          const all = values.filter((_, at) => isIn(at))
          if (all.length === 0) continue
          const kept = drawn.filter(({ x }) => isIn(x)).map(({ y }) => y)
          expect(Math.min(...kept)).toBe(Math.min(...all))
          expect(Math.max(...kept)).toBe(Math.max(...all))
        }
      },
    ),
  )
})

it('reaches the edges with the next value on either side', () => {
  const curve = curveOf(noise(5000))
  const drawn = thin(curve, curve.y, { min: 1000.5, max: 2000.5, log: false, columns: 10 })
  expect(drawn[0]?.x).toBe(1000)
  expect(drawn.at(-1)?.x).toBeGreaterThan(2000.5)
})

it('has a gap where a column has none but unknown values, and none where it has others', () => {
  const points = noise(4000).map(([x, y]): [number, number] => [
    x,
    x > 1000 && x < 2000 ? NaN : x === 3001 ? NaN : y,
  ])
  const curve = curveOf(points)
  const drawn = thin(curve, curve.y, { min: 1, max: 4000, log: false, columns: 40 })
  const gaps = drawn.filter(({ y }) => Number.isNaN(y)).map(({ x }) => x)
  expect(gaps).toHaveLength(1)
  expect(gaps[0]).toBeGreaterThan(1000)
  expect(gaps[0]).toBeLessThan(2000)
})

it('has gaps where values cannot be drawn on a log axis', () => {
  const curve = curveOf([[1, 2], [2, 0], [3, -1], [4, 3]]) // prettier-ignore
  const drawn = thin(curve, curve.y, { min: 0, max: 4, log: false, columns: 50 }, true)
  expect(drawn).toEqual([
    { x: 1, y: 2 },
    { x: 2, y: NaN },
    { x: 4, y: 3 },
  ])
})

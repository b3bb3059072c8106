import { expect, it } from 'vitest'

import { Curve } from '../../../../src-renderer/charts/curve'
import type { Point } from '../../../../src-renderer/charts/series'

const values = (curve: Curve): [number, number][] =>
  Array.from({ length: curve.length }, (_, at) => [curve.x[at] ?? NaN, curve.shown[at] ?? NaN])

it('reads what is new, and begins anew where the points were cut back', () => {
  const points: Point[] = Array.from({ length: 100 }, (_, at) => ({ x: at + 1, y: at }))
  const curve = new Curve((step) => 10 * step, 0)
  curve.follow(points)
  points.push({ x: 101, y: 7 })
  curve.follow(points)
  expect(curve.length).toBe(101)
  expect(values(curve).at(-1)).toEqual([1010, 7])
  points.splice(50)
  points.push(...Array.from({ length: 51 }, (_, at) => ({ x: 51 + at, y: -1 })))
  curve.follow(points)
  expect(curve.length).toBe(101)
  expect(values(curve)[50]).toEqual([510, -1])
})

it('smooths by what values weigh, and takes what was measured in place of an average', () => {
  const points: Point[] = [
    { x: 1, y: 4, weight: 1, raw: { value: 4, weight: 10 } },
    { x: 2, y: 3.5, weight: 2, raw: { value: 3, weight: 30 } },
  ]
  const curve = new Curve((step) => step, 0.5)
  curve.follow(points)
  expect(curve.y.slice(0, 2)).toEqual(Float64Array.of(4, 3))
  expect(curve.shown[1]).toBeCloseTo((0.5 * 10 * 4 + 30 * 3) / (0.5 * 10 + 30), 12)
  expect(curve.smoothAgain(0.9)).toBe(false) // what it has was measured; plain, it would have the averages
  const plain = new Curve((step) => step, 0)
  plain.follow(points)
  expect(plain.shown.slice(0, 2)).toEqual(Float64Array.of(4, 3.5))
})

it('smoothed anew, and followed on, has the values of one that was read anew', () => {
  const points: Point[] = Array.from({ length: 90 }, (_, at) => ({
    x: at + 1,
    y: at === 40 ? NaN : Math.sin(at),
  }))
  const [again, anew] = [0.2, 0.9].map((share) => new Curve((step) => step, share))
  again?.follow(points)
  expect(again?.smoothAgain(0.9)).toBe(true)
  points.push({ x: 91, y: 3 })
  for (const curve of [again, anew]) curve?.follow(points)
  expect(again?.shown.slice(0, 91)).toEqual(anew?.shown.slice(0, 91))
  expect(again?.smoothAgain(0)).toBe(true)
  expect(again?.shown).toBe(again?.y)
})

it('leaves out steps without a place, and never goes back', () => {
  const wall = new Map([[1, NaN], [2, 20], [3, 15], [4, 30]]) // prettier-ignore
  const curve = new Curve((step) => wall.get(step) ?? NaN, 0)
  curve.follow([1, 2, 3, 4].map((x) => ({ x, y: x })))
  expect(values(curve)).toEqual([[20, 2], [20, 3], [30, 4]]) // prettier-ignore
  expect([...curve.step.slice(0, 3)]).toEqual([2, 3, 4])
})

it('finds the nearest value that is no gap', () => {
  const curve = new Curve((step) => step, 0)
  expect(curve.nearest(3)).toBe(-1)
  curve.follow([{ x: 1, y: 1 }, { x: 4, y: NaN }, { x: 6, y: 2 }]) // prettier-ignore
  expect([0, 3, 4, 5, 99].map((x) => curve.nearest(x))).toEqual([0, 0, 2, 2, 2])
})

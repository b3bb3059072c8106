/** A schedule over the planned steps as a line to draw: exact at its ends, elsewhere off by less than can be seen. */

/** Far less than a pixel of a chart from 0 to 1. */
const TOLERANCE = 1e-4

export interface LinePoint {
  /** A step, from 1. */
  x: number
  y: number
}

/** Takes some 20 points a bend. @param at the value at a step, which counts from 1 */
export function scheduleLine(at: (step: number) => number, steps: number): LinePoint[] {
  const xs = [1, ...bends(at, 1, steps), steps].filter((x, i, all) => x !== all[i - 1])
  return xs.map((x) => ({ x, y: at(x) }))
}

/** Steps strictly between two where a straight line between them is too far off. */
function bends(at: (step: number) => number, from: number, to: number): number[] {
  if (to - from < 2) return []
  const chord = (x: number): number => at(from) + ((x - from) / (to - from)) * (at(to) - at(from))
  const quarters = [1, 2, 3].map((quarter) => Math.floor(from + ((to - from) * quarter) / 4))
  if (quarters.every((x) => Math.abs(at(x) - chord(x)) < TOLERANCE)) return []
  const middle = Math.floor((from + to) / 2)
  return [...bends(at, from, middle), middle, ...bends(at, middle, to)]
}

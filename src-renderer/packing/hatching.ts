/** The patterns of tasks and the hatching of padding as paths of vectors, as patterns.ts and painter.ts paint them. */
import { at, type Box, type Shape } from '../drawing/drawing'
import { PATTERN_LINES, PATTERN_TILE } from './patterns'

const PATTERN_COLOUR = 'rgba(0, 0, 0, 0.28)'
/** Pixels between two lines of a hatching. */
const APART = 4

/** A task's pattern over a box; nothing for the plain one. Anchored to a point, so that neighbours fit together. */
export function patternShapes(pattern: number, within: Box, anchor: number): Shape[] {
  const lines = PATTERN_LINES[pattern] ?? []
  if (lines.length === 0) return []
  const { x, y, width, height } = within
  const first = anchor + Math.floor((x - anchor) / PATTERN_TILE) * PATTERN_TILE
  let d = ''
  for (let left = first; left < x + width; left += PATTERN_TILE) {
    for (let top = y; top < y + height; top += PATTERN_TILE) {
      for (const [x0, y0, x1, y1] of lines)
        d += `M${at(left + x0)} ${at(top + y0)}L${at(left + x1)} ${at(top + y1)}`
    }
  }
  return [clipped(within, { kind: 'path', d, colour: PATTERN_COLOUR, width: 1 })]
}

/** Diagonal lines over a box, as over padding. */
export function hatchShapes(within: Box, colour: string): Shape[] {
  const { x, y, width, height } = within
  let d = ''
  for (let left = x + width; left > x - height; left -= APART)
    d += `M${at(left)} ${at(y + height)}l${at(height)} ${at(-height)}`
  return [clipped(within, { kind: 'path', d, colour, width: 1.2 })]
}

function clipped(within: Box, shape: Shape): Shape {
  return { kind: 'clip', within, shapes: [shape] }
}

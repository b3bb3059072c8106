/** The box that is drawn over a chart to zoom into it, in pixels of its canvas. */
import type { Area } from './view'

export interface Place {
  x: number
  y: number
}

export interface Box {
  left: number
  top: number
  width: number
  height: number
  /** Drawn along one line: it stands for a stretch of x over the whole height. */
  flat: boolean
}

/** A press that moves further than this is a box. */
const CLICK_PX = 4
/** A box of less height is flat. */
const FLAT_PX = 18

export function isDrag(from: Place, to: Place): boolean {
  return Math.hypot(to.x - from.x, to.y - from.y) > CLICK_PX
}

/** The box between two places, cut to the plot. */
export function boxOf(from: Place, to: Place, { left, right, top, bottom }: Area): Box {
  const clamped = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value))
  const [x1, x2] = [clamped(from.x, left, right), clamped(to.x, left, right)]
  const [y1, y2] = [clamped(from.y, top, bottom), clamped(to.y, top, bottom)]
  const flat = Math.abs(y2 - y1) <= FLAT_PX
  const height = flat ? bottom - top : Math.abs(y2 - y1)
  return {
    left: Math.min(x1, x2),
    width: Math.abs(x2 - x1),
    top: flat ? top : Math.min(y1, y2),
    height,
    flat,
  }
}

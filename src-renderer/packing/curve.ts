/**
 * The epoch as a fine curve. The upper half shows how much of the rows is used, the lower how much of what was read is
 * cropped. Each half has its own scale, from the least (or 0) to the greatest, as both move within a few percent.
 */
import type { PlanView } from '../api/types'

export interface CurvePoint {
  /** Used / positions of the rows, 0 to 1. */
  utilisation: number
  /** Cropped / read, 0 to 1. */
  cropped: number
}

export interface CurveDrawing {
  /** SVG paths in a box of 1 × 1, y downward. */
  utilisation: string
  cropped: string
  /** Ends of the scales. */
  leastUtilisation: number
  mostCropped: number
}

/** Share of the height that each half takes; the rest is between them. */
const HALF = 0.44

function pointsOf({ curve }: PlanView): CurvePoint[] {
  return curve.used.map((used, index) => {
    const cropped = curve.cropped[index] ?? 0
    const positions = used + (curve.padded[index] ?? 0)
    return {
      utilisation: positions === 0 ? 0 : used / positions,
      cropped: used + cropped === 0 ? 0 : cropped / (used + cropped),
    }
  })
}

/** The curve's point that covers a batch; null past the plan's end. */
export function pointAt(plan: PlanView, batch: number): CurvePoint | null {
  if (batch >= plan.batches) return null
  return pointsOf(plan)[Math.floor(batch / plan.curve.batches_per_point)] ?? null
}

export function drawCurve(plan: PlanView): CurveDrawing {
  const points = pointsOf(plan)
  const leastUtilisation = points.reduce((least, point) => Math.min(least, point.utilisation), 1)
  const mostCropped = points.reduce((most, point) => Math.max(most, point.cropped), 0)
  const lost = points.map((point) => share(1 - point.utilisation, 1 - leastUtilisation) * HALF)
  const heights = points.map((point) => 1 - share(point.cropped, mostCropped) * HALF)
  return {
    utilisation: polyline(lost),
    cropped: points.length === 0 ? '' : `M0 1L${polyline(heights).slice(1)}L1 1Z`,
    leastUtilisation,
    mostCropped,
  }
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** A line through heights at even distances, from edge to edge: an SVG path. */
export function polyline(heights: readonly number[]): string {
  if (heights.length === 1) return polyline([heights[0] ?? 0, heights[0] ?? 0])
  return heights
    .map((y, index) => {
      const x = index / Math.max(1, heights.length - 1)
      return `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`
    })
    .join('')
}

const round = (value: number): number => Math.round(value * 1e5) / 1e5

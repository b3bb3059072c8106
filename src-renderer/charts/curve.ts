/**
 * A line's values as flat arrays along the chosen x: what charts thin out and draw. It follows a list of points that only
 * grows, or is cut back where a resumed run repeats its steps, and reads only the points that are new.
 *
 * Costs 32 bytes a point.
 */
import type { Point } from './series'
import { MovingAverage } from './smoothing'

/** Where a step lies along x; NaN where that is not known. */
export type StepToX = (step: number) => number

export class Curve {
  /** Ascending; the first `length` values of each list count. */
  x = new Float64Array(64)
  step = new Float64Array(64)
  /** As measured; NaN in a gap. */
  y = new Float64Array(64)
  smoothed = new Float64Array(64)
  length = 0
  /** Points of the list that have been read. */
  private read = 0
  private average: MovingAverage
  /** Whether a point gives way to other values where it is smoothed. */
  private hasRaw = false

  /** @param smoothing share that stays of what came before; 0 = none */
  constructor(
    private readonly toX: StepToX,
    public smoothing: number,
  ) {
    this.average = new MovingAverage(smoothing)
  }

  /**
   * Smooths its values anew, which for a long line is much quicker than reading it from its points.
   *
   * @returns false where it has to be read anew: its points are averages of other values
   */
  smoothAgain(smoothing: number): boolean {
    if (this.hasRaw) return false
    this.smoothing = smoothing
    this.average = new MovingAverage(smoothing)
    for (let at = 0; at < this.length; at++) this.smoothed[at] = this.average.add(this.y[at] ?? NaN)
    return true
  }

  /** Brings the arrays up to the points. */
  follow(points: readonly Point[]): void {
    if (this.wasCutBack(points)) this.startOver()
    for (; this.read < points.length; this.read++) {
      const point = points[this.read]
      if (point) this.add(point)
    }
  }

  /** Its values as they are drawn: smoothed where smoothing was asked for. */
  get shown(): Float64Array {
    return this.smoothing > 0 ? this.smoothed : this.y
  }

  /** Index of the first value at `x` or beyond it; `length` where there is none. */
  firstFrom(x: number): number {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.x[middle] ?? Infinity) < x) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of the value nearest to `x` that is no gap; -1 where there is none within 8 values of it. */
  nearest(x: number): number {
    const after = this.firstFrom(x)
    let [best, distance] = [-1, Infinity]
    for (let at = Math.max(0, after - 8); at < Math.min(this.length, after + 8); at++) {
      const away = Math.abs((this.x[at] ?? NaN) - x)
      if (away < distance && Number.isFinite(this.y[at])) [best, distance] = [at, away]
    }
    return best
  }

  private last: Point | undefined

  private wasCutBack(points: readonly Point[]): boolean {
    if (points.length < this.read) return true
    // Repeated steps may have made the list as long as it was: its last point is then another one.
    const last = points[this.read - 1]
    return last !== undefined && !Object.is(last, this.last)
  }

  private startOver(): void {
    this.length = 0
    this.read = 0
    this.average = new MovingAverage(this.smoothing)
  }

  private add(point: Point): void {
    this.last = point
    if (point.raw) this.hasRaw = true
    const at = this.toX(point.x)
    if (Number.isNaN(at)) return
    if (this.length === this.x.length) this.grow()
    // A clock may have been set back; the arrays are searched by x, which must not fall.
    this.x[this.length] = this.length === 0 ? at : Math.max(at, this.x[this.length - 1] ?? at)
    this.step[this.length] = point.x
    const { value, weight } = this.smoothing > 0 && point.raw ? point.raw : { value: point.y, weight: 1 }
    this.y[this.length] = value
    this.smoothed[this.length] = this.average.add(value, weight)
    this.length += 1
  }

  private grow(): void {
    this.x = doubled(this.x)
    this.step = doubled(this.step)
    this.y = doubled(this.y)
    this.smoothed = doubled(this.smoothed)
  }
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(2 * values.length)
  longer.set(values)
  return longer
}

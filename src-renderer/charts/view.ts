/** A chart as it was last drawn: where values are on its canvas, and what value a place has. */
import type { AxisEnds, Tick } from './ticks'

export interface Axis extends AxisEnds {
  log: boolean
  ticks: readonly Tick[]
}

export interface Area {
  left: number
  right: number
  top: number
  bottom: number
}

export class View {
  constructor(
    readonly area: Area,
    readonly x: Axis,
    readonly y: Axis,
  ) {}

  pixelX(value: number): number {
    return this.area.left + share(this.x, value) * (this.area.right - this.area.left)
  }

  pixelY(value: number): number {
    return this.area.bottom - share(this.y, value) * (this.area.bottom - this.area.top)
  }

  valueX(pixel: number): number {
    return valueAt(this.x, (pixel - this.area.left) / (this.area.right - this.area.left))
  }

  valueY(pixel: number): number {
    return valueAt(this.y, (this.area.bottom - pixel) / (this.area.bottom - this.area.top))
  }

  /** Whether an x is in sight. */
  shows(x: number): boolean {
    const pixel = this.pixelX(x)
    return pixel >= this.area.left - 0.5 && pixel <= this.area.right + 0.5
  }
}

/** How far a value is along an axis, from 0 to 1. */
function share({ min, max, log }: Axis, value: number): number {
  return log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
}

function valueAt({ min, max, log }: Axis, at: number): number {
  return log ? min * (max / min) ** at : min + (max - min) * at
}

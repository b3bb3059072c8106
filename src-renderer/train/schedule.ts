/**
 * The schedules over the planned steps, as docs/REFERENCE.md §4 states them, for drawing.
 */
import type { Point } from '../charts/series'

/** Share of the run at which the learning rate begins to fall. */
const FALL_FROM = 0.8
const MOMENTUM = { from: 0.85, to: 0.95, over: 300 }

/** Multiplier of the learning rates at a progress of 0 to 1: 1, then linear to 0. */
export function lrMultiplier(progress: number): number {
  return Math.min(1, Math.max(0, (1 - progress) / (1 - FALL_FROM)))
}

/** Muon's momentum at a step, counted from 0. */
export function muonMomentum(step: number): number {
  const share = Math.min(1, step / MOMENTUM.over)
  return MOMENTUM.from + (MOMENTUM.to - MOMENTUM.from) * share
}

export interface SchedulePoints {
  lrm: Point[]
  momentum: Point[]
}

/**
 * Both over `steps` steps, at the steps about their corners: they are straight between. Step s of n, from 1, has progress
 * s / n.
 */
export function schedulePoints(steps: number): SchedulePoints {
  const corner = Math.floor(FALL_FROM * steps)
  const about = [1, corner, corner + 1, steps].filter((x, i, all) => x >= 1 && !all.slice(0, i).includes(x))
  const lrm = about.map((x) => ({ x, y: lrMultiplier(x / steps) }))
  const turn = Math.min(steps, MOMENTUM.over + 1)
  const momentum = [1, turn, steps].map((x) => ({ x, y: muonMomentum(x - 1) }))
  return { lrm, momentum }
}

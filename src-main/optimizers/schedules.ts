/** The values that change over a run: the learning rates and Muon's momentum (docs/REFERENCE.md §4, §8). */

/** The course of the learning rates, under the names of a run's config; the ratios are shares of the run's progress. */
export interface LearningRateSchedule {
  warmup_ratio: number
  warmdown_ratio: number
  /** The factor at the end of the run. */
  final_lr_frac: number
}

/**
 * Factor for every initial learning rate: it rises linearly over the first `warmup_ratio` of the run, is 1, and falls
 * linearly to `final_lr_frac` over the last `warmdown_ratio`. Progress outside 0 to 1 counts as the nearer end, where the
 * reference's factor of January 2026 would turn negative (docs/REFERENCE.md §6.5).
 */
export function lrMultiplier(progress: number, schedule: LearningRateSchedule): number {
  const { warmup_ratio: warmup, warmdown_ratio: warmdown, final_lr_frac: final } = schedule
  const at = Math.min(1, Math.max(0, progress))
  if (at < warmup) return Math.min(1, (at + 1e-8) / warmup)
  if (at <= 1 - warmdown) return 1
  const fallen = (at - (1 - warmdown)) / warmdown
  return 1 - fallen + fallen * final
}

/** Muon's momentum at optimizer step `step` (from 0): it rises from 0.85 to 0.95 over 300 steps. */
export function muonMomentum(step: number): number {
  const fraction = Math.min(step / 300, 1)
  return (1 - fraction) * 0.85 + fraction * 0.95
}

/** The values that change over a run: the learning rates and Muon's momentum (docs/REFERENCE.md §4). */

/**
 * Factor for every initial learning rate: 1 for the first 80 % of the run, then falling linearly to 0. Progress outside
 * 0 to 1 counts as the nearer end, where the reference's factor would turn negative (docs/REFERENCE.md §6.5).
 */
export function lrMultiplier(progress: number): number {
  return Math.min(1, Math.max(0, 1 - (progress - 0.8) / 0.2))
}

/** Muon's momentum at optimizer step `step` (from 0): it rises from 0.85 to 0.95 over 300 steps. */
export function muonMomentum(step: number): number {
  const fraction = Math.min(step / 300, 1)
  return (1 - fraction) * 0.85 + fraction * 0.95
}

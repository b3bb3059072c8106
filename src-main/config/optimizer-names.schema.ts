/** The optimizers that a run can choose: those of optimizers/optimizers.ts, in words for configs and the window. */
export const OPTIMIZER_NAMES = ['2026-01', '2026-07'] as const

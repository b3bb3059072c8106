/** Names of the optimizers that a run can choose (optimizers/optimizers.ts), for configs and the window. */
export const OPTIMIZER_NAMES = ['2026-01', '2026-07'] as const

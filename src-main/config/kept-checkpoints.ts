/** Number of a run's checkpoints that are kept: the last, and the one before it in case the last turns out torn. */
export const KEPT_CHECKPOINTS = 2

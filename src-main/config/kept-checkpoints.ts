/** Checkpoints of a run that are kept: the last, and the one before it in case the last turns out torn. */
export const KEPT_CHECKPOINTS = 2

/** How a trainer process is tied to the one that started it, and which of the two goes first. */
import { writeFileSync } from 'node:fs'

import { openEnvironmentModule } from './environment'
import { findTensorflow } from './installation'

/** From -1000 to 1000, the highest goes first. A browser gives its pages 200 to 300. */
const FIRST_VICTIM = 500

/**
 * From now on the kernel ends this process at once when its parent ends, in the middle of a step too: two trainers never
 * write to one run's folder. Without it (not Linux, or nothing is installed, and then no run starts either) the process
 * ends when it hears that its channel is closed.
 */
export function endWithParent(): void {
  try {
    openEnvironmentModule(findTensorflow()).endWithParent()
  } catch {
    // the job itself loads TensorFlow next, and says what is wrong with the installation
  }
}

/** Where memory runs out, the kernel takes this process before the window and whatever else the person has open. */
export function offerAsFirstVictim(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(FIRST_VICTIM))
  } catch {
    // not Linux, or not allowed here: then the kernel takes the largest process, which is most likely this one too
  }
}

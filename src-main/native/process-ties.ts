/** How a trainer process is tied to the one that started it, and which of the two is killed first. */
import { writeFileSync } from 'node:fs'

import { openEnvironmentModule } from './environment'
import { findTensorflow } from './installation'

/** From -1000 to 1000; the kernel kills the highest first. A browser gives its pages 200 to 300. */
const FIRST_VICTIM = 500

/**
 * From now on the kernel ends this process at once when its parent ends, even in the middle of a step: two trainers
 * never write to one run's folder. Without it (not Linux, or nothing is installed, in which case no run starts either)
 * the process ends when its channel closes.
 */
export function endWithParent(): void {
  try {
    openEnvironmentModule(findTensorflow()).endWithParent()
  } catch {
    // the job itself loads TensorFlow next, and reports what is wrong with the installation
  }
}

/** When memory runs out, the kernel kills this process before the window and the person's other programs. */
export function offerAsFirstVictim(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(FIRST_VICTIM))
  } catch {
    // not Linux, or not allowed here: then the kernel kills the largest process, which is most likely this one too
  }
}

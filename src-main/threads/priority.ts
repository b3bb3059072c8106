/**
 * Which threads go first where several want the same processor. Work in the background (training, tokenizing, packing)
 * takes all processors for as long as it lasts; the window needs one for a few milliseconds, but at once.
 */
import { getPriority, setPriority } from 'node:os'

/** A third of the share of a thread at 0. On a processor that no other thread wants, it costs nothing. */
const BACKGROUND = 5
/** A third of the share of a thread at {@link BACKGROUND}. */
const BEHIND_RUNS = 10

/**
 * Gives the window and other programs priority over the calling thread and all threads that it starts from now on,
 * including TensorFlow's if it is loaded later. Only Linux has a priority for each thread; elsewhere nothing changes,
 * since the call would slow the whole process with its window.
 */
export function yieldToTheWindow(): void {
  lowerTo(BACKGROUND)
}

/** Gives runs priority too: for what a person asks while a run trains. */
export function yieldToRuns(): void {
  lowerTo(BEHIND_RUNS)
}

function lowerTo(priority: number): void {
  if (process.platform !== 'linux' || getPriority() >= priority) return
  setPriority(priority)
}

/**
 * Who goes first where threads want the same processor. Work in the background (training, tokenizing, packing) takes
 * all processors for as long as it lasts; the window needs one for a few milliseconds, but at once.
 */
import { getPriority, setPriority } from 'node:os'

/** A third of the share of a thread at 0. On a processor that nobody else wants it costs nothing. */
const BACKGROUND = 5
/** A third of the share of a thread at {@link BACKGROUND}. */
const BEHIND_RUNS = 10

/**
 * Lets the window, and other programs, go before the calling thread and all threads that it starts from now on:
 * TensorFlow's too, if it is loaded after this. Only Linux has a priority for each thread; elsewhere nothing changes,
 * since the call would hold back the whole process, its window included.
 */
export function yieldToTheWindow(): void {
  lowerTo(BACKGROUND)
}

/** The same, and lets runs go before too: for what a person asks while a run trains. */
export function yieldToRuns(): void {
  lowerTo(BEHIND_RUNS)
}

function lowerTo(priority: number): void {
  if (process.platform !== 'linux' || getPriority() >= priority) return
  setPriority(priority)
}

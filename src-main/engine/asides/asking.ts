/** What is common to all that asks a run's model between two steps: interruption, and failures that stop nothing. */
import { toFailure } from '../../errors'
import type { Progress } from '../../progress.schema'
import type { RequestQueue } from '../request-queue'
import type { RunReporter } from '../run-reporter'

/** What an aside tells, and who may interrupt it. */
export interface AsideContext {
  requests: RequestQueue
  reporter: RunReporter
  progress: (progress: Progress) => void
}

/**
 * Runs the work of an aside. A failure is said in the log, and the training goes on.
 *
 * @param what begins the sentence that says a failure: `The prompts are not answered`
 * @returns false where it was interrupted
 */
export async function askedAside(
  { requests, reporter }: Pick<AsideContext, 'requests' | 'reporter'>,
  what: string,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const signal = requests.interruption()
  try {
    await work(signal)
  } catch (error) {
    if (signal.aborted) return false
    reporter.warn(failureText(what, error))
  }
  return true
}

export function failureText(what: string, error: unknown): string {
  const { message, remedy } = toFailure(error)
  return `${what}: ${message}${remedy === undefined ? '' : ` ${remedy}`}`
}

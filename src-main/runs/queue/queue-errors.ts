/** What the queue refuses. */
import { MidbenchError } from '../../errors'

export function unknownItem(): MidbenchError {
  return new MidbenchError({
    code: 'queue.unknown',
    message: 'This is not in the queue any more, or not where it was.',
  })
}

/** @param most items that a queue may hold */
export function full(most: number): MidbenchError {
  return new MidbenchError({
    code: 'queue.full',
    message: `The queue holds at most ${String(most)} runs.`,
    remedy: 'Take those that have ended out of it.',
  })
}

export function atWork(name: string): MidbenchError {
  return new MidbenchError({
    code: 'queue.at-work',
    message: `${name} is at work.`,
    remedy: 'Stop it first: the next one then goes on.',
  })
}

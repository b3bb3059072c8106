/** The events of a call as something to iterate over, for those who take them one by one. */
import type { CallOptions } from './calls'

/**
 * Begins the call at the first step of the iteration, and gives its events in order until it has answered. Leaving the
 * iteration early cancels the call.
 *
 * @throws what the call throws, once the events before are taken
 */
export async function* eventsOf<Event>(
  call: (options: CallOptions<Event>) => Promise<unknown>,
  signal?: AbortSignal,
): AsyncGenerator<Event, void, void> {
  const left = new AbortController()
  const waiting: ({ event: Event } | null)[] = [] // null: the call has answered
  let wake = (): void => undefined
  const add = (next: { event: Event } | null): void => {
    waiting.push(next)
    wake()
  }
  const ended = call({
    signal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]),
    onEvent: (event) => add({ event }),
  }).finally(() => add(null))
  ended.catch(() => undefined) // told below, once the events are taken
  try {
    for (;;) {
      const next = waiting.shift()
      if (next === null) break
      if (next !== undefined) yield next.event
      else await new Promise<void>((resolve) => (wake = resolve))
    }
    await ended
  } finally {
    left.abort()
    await ended.catch(() => undefined)
  }
}

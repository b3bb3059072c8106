/**
 * Typed calls to another thread or process: requests one way; answers, events, progress and failures the other. A
 * side's calls are a map of names to inputs, outputs and events, and both sides' types derive from it. All threads and
 * processes of the project are called in this way.
 *
 * Errors cross as data and are rebuilt as {@link MidbenchError}. Buffers that a handler marks with {@link moving} are
 * transferred without a copy. When the other side goes away, the calls that are waiting fail with {@link Ended}.
 */
import type { MessagePort } from 'node:worker_threads'

import { type Failure, MidbenchError, toFailure } from '../errors'
import type { Progress } from '../progress.schema'
import type { Channel } from './channel'

/**
 * `{ name: { input, output, event? } }` for every call; written as a constraint, so that M may be an interface. Events
 * are what a call sends before it answers.
 */
export type CallMap<M> = { [N in keyof M]: { input: unknown; output: unknown; event?: unknown } }

export type EventOf<Call> = Call extends { event: infer Event } ? Event : never

/** What a handler gets in addition to its input. */
export interface CallContext {
  progress: (progress: Progress) => void
  /** Aborted when the caller cancels. */
  signal: AbortSignal
}

/** What the handler of a call with events gets. */
export interface TellingContext<Event> extends CallContext {
  tell: (event: Event) => void
}

export type CallHandlers<M> = {
  [N in keyof M]: M[N] extends { input: infer I; output: infer O }
    ? (input: I, context: TellingContext<EventOf<M[N]>>) => O | Promise<O>
    : never
}

/** A message to a serving side. `connect`, only sent to a thread's parent port, gives it one more port to serve. */
export type CallRequest =
  | { type: 'call'; id: number; name: string; input: unknown }
  | { type: 'cancel'; id: number }
  | { type: 'connect'; port: MessagePort }

type Reply =
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'failure'; id: number; failure: Failure }
  | { type: 'event'; id: number; event: unknown }
  | { type: 'progress'; id: number; progress: Progress }
  | { type: 'notice'; failure: Failure }

export interface CallOptions<Event = never> {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  onEvent?: ((event: Event) => void) | undefined
}

/** The other side of a call is gone: its thread or process ended, or its channel was closed. */
export class Ended extends MidbenchError {}

// -------------------------------------------------------------- serving

const moved = new WeakMap<object, ArrayBuffer[]>()

/** Marks buffers of an answer to be transferred, not copied; the handler must not use them afterwards. */
export function moving<T extends object>(value: T, arrays: readonly { buffer: ArrayBufferLike }[]): T {
  const buffers = arrays.map((array) => array.buffer).filter((buffer) => buffer instanceof ArrayBuffer)
  moved.set(value, buffers)
  return value
}

/** What the serving side can send unasked. */
export interface Served {
  /** Reports something that went wrong but ended no call. */
  notify(failure: Failure): void
}

/** Answers the calls that arrive until the other side is gone; calls in progress are then cancelled. */
// eslint-disable-next-line max-lines-per-function -- short functions around one map, that of the calls in progress
export function serveCalls<M extends CallMap<M>>(
  channel: Channel,
  handlers: CallHandlers<M>,
  onEnd: () => void = () => undefined,
): Served {
  const running = new Map<number, AbortController>()
  const byName = new Map<string, (input: unknown, context: TellingContext<unknown>) => unknown>(
    Object.entries(handlers),
  )
  const send = (reply: Reply, buffers?: ArrayBuffer[]): void => {
    channel.post(reply, buffers)
  }

  async function run(id: number, name: string, input: unknown): Promise<void> {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const handler = byName.get(name)
      if (!handler) throw new MidbenchError({ code: 'call.unknown', message: `there is no call ${name}` })
      const value = await handler(input, {
        signal: controller.signal,
        progress: (progress) => {
          send({ type: 'progress', id, progress })
        },
        tell: (event) => {
          send({ type: 'event', id, event })
        },
      })
      send({ type: 'answer', id, value }, isObject(value) ? moved.get(value) : undefined)
    } catch (error) {
      send({ type: 'failure', id, failure: controller.signal.aborted ? cancelled(name) : toFailure(error) })
    } finally {
      running.delete(id)
    }
  }

  channel.listen(
    (message) => {
      const request = message as CallRequest // the sender is of the same build
      if (request.type === 'call') void run(request.id, request.name, request.input)
      else if (request.type === 'cancel') running.get(request.id)?.abort()
    },
    () => {
      for (const controller of running.values()) controller.abort()
      onEnd()
    },
  )
  return {
    notify: (failure) => {
      send({ type: 'notice', failure })
    },
  }
}

// -------------------------------------------------------------- calling

/** Something that can be called, wherever it runs. */
export interface Callable<M extends CallMap<M>> {
  /** @throws MidbenchError what the handler threw; `cancelled`. @throws Ended when the other side is gone */
  call<N extends keyof M & string>(
    name: N,
    input: M[N]['input'],
    options?: CallOptions<EventOf<M[N]>>,
  ): Promise<M[N]['output']>
  /** Ends the other side at once, whatever it is doing, and waits until it is gone. */
  close(): Promise<void>
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: MidbenchError): void
  onProgress: ((progress: Progress) => void) | undefined
  onEvent: ((event: unknown) => void) | undefined
}

/** The calling side of {@link serveCalls}. */
export class Caller<M extends CallMap<M>> implements Callable<M> {
  private readonly waiting = new Map<number, Waiting>()
  private lastId = 0
  private ended: Ended | undefined

  /** @param onNotice called with what went wrong there but ended no call. @default a warning of the process */
  constructor(
    private readonly channel: Channel,
    private readonly onNotice: (failure: Failure) => void = warn,
  ) {
    channel.listen(
      (message) => {
        this.receive(message as Reply) // the sender is of the same build
      },
      (how) => {
        this.end(how)
      },
    )
  }

  async call<N extends keyof M & string>(
    name: N,
    input: M[N]['input'],
    { signal, onProgress, onEvent }: CallOptions<EventOf<M[N]>> = {},
  ): Promise<M[N]['output']> {
    if (this.ended) throw this.ended
    if (signal?.aborted) throw new MidbenchError(cancelled(name))
    const id = ++this.lastId
    const abort = (): void => {
      this.send({ type: 'cancel', id })
    }
    signal?.addEventListener('abort', abort, { once: true })
    try {
      return await new Promise((resolve, reject) => {
        const heard = onEvent as ((event: unknown) => void) | undefined // events of this call only
        this.waiting.set(id, { resolve, reject, onProgress, onEvent: heard })
        this.send({ type: 'call', id, name, input })
      })
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  close(): Promise<void> {
    return this.channel.close()
  }

  private send(request: CallRequest): void {
    this.channel.post(request)
  }

  private receive(reply: Reply): void {
    if (reply.type === 'notice') {
      this.onNotice(reply.failure)
      return
    }
    const call = this.waiting.get(reply.id)
    if (reply.type === 'progress') call?.onProgress?.(reply.progress)
    else if (reply.type === 'event') call?.onEvent?.(reply.event)
    else {
      this.waiting.delete(reply.id)
      if (reply.type === 'answer') call?.resolve(reply.value)
      else call?.reject(new MidbenchError(reply.failure))
    }
  }

  private end(how: Failure): void {
    this.ended ??= new Ended(how)
    for (const call of this.waiting.values()) call.reject(this.ended)
    this.waiting.clear()
  }
}

function warn({ code, message }: Failure): void {
  process.emitWarning(message, { code })
}

/** The name for people: `taskLengths` becomes "task lengths". */
function cancelled(name: string): Failure {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return { code: 'cancelled', message: `${words} was cancelled` }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

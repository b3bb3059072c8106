/**
 * Typed calls across a message port: requests one way, answers, progress and failures the other. What a thread offers
 * is a map of call names to inputs and outputs; both sides' types derive from it.
 *
 * Errors cross as data and are rebuilt as {@link MidbenchError}. Buffers that a handler marks with {@link moving} change
 * hands without a copy. A port that closes fails the calls that still wait.
 */
import type { MessagePort, Worker } from 'node:worker_threads'
import { type Failure, MidbenchError, toFailure } from '../errors'
import type { Progress } from '../progress.schema'

/** `{ name: { input, output } }` for every call; written as a constraint, so that M may be an interface. */
export type CallMap<M> = { [N in keyof M]: { input: unknown; output: unknown } }

/** What a handler gets besides its input. */
export interface CallContext {
  progress: (progress: Progress) => void
  /** Aborted when the caller cancels. */
  signal: AbortSignal
}

export type CallHandlers<M> = {
  [N in keyof M]: M[N] extends { input: infer I; output: infer O }
    ? (input: I, context: CallContext) => O | Promise<O>
    : never
}

/** What arrives at a serving port. `connect`, to a thread's parent port alone, hands it one more port to serve. */
export type PortRequest =
  | { type: 'call'; id: number; name: string; input: unknown }
  | { type: 'cancel'; id: number }
  | { type: 'connect'; port: MessagePort }

type Reply =
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'failure'; id: number; failure: Failure }
  | { type: 'progress'; id: number; progress: Progress }
  | { type: 'notice'; failure: Failure }

export interface CallOptions {
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

const moved = new WeakMap<object, ArrayBuffer[]>()

/** Marks buffers of an answer to be moved, not copied; the handler must not use them afterwards. */
export function moving<T extends object>(value: T, arrays: readonly { buffer: ArrayBufferLike }[]): T {
  const buffers = arrays.map((array) => array.buffer).filter((buffer) => buffer instanceof ArrayBuffer)
  moved.set(value, buffers)
  return value
}

/** What the serving side may say of its own accord. */
export interface Served {
  /** Tells of something that went wrong but ended no call. */
  notify(failure: Failure): void
}

/** Answers the calls that arrive at a port until it closes, when calls in progress are cancelled. */
export function serveCalls<M extends CallMap<M>>(port: MessagePort, handlers: CallHandlers<M>): Served {
  const running = new Map<number, AbortController>()
  const byName = new Map<string, (input: unknown, context: CallContext) => unknown>(Object.entries(handlers))
  const send = (reply: Reply, buffers: ArrayBuffer[] = []): void => {
    port.postMessage(reply, buffers)
  }

  async function run(id: number, name: string, input: unknown): Promise<void> {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const handler = byName.get(name)
      if (!handler) throw new MidbenchError({ code: 'call.unknown', message: `there is no call ${name}` })
      const progress = (p: Progress): void => {
        send({ type: 'progress', id, progress: p })
      }
      const value = await handler(input, { progress, signal: controller.signal })
      send({ type: 'answer', id, value }, isObject(value) ? moved.get(value) : undefined)
    } catch (error) {
      send({ type: 'failure', id, failure: controller.signal.aborted ? cancelled(name) : toFailure(error) })
    } finally {
      running.delete(id)
    }
  }

  port.on('message', (request: PortRequest) => {
    if (request.type === 'call') void run(request.id, request.name, request.input)
    else if (request.type === 'cancel') running.get(request.id)?.abort()
  })
  port.on('close', () => {
    for (const controller of running.values()) controller.abort()
  })
  return {
    notify: (failure) => {
      send({ type: 'notice', failure })
    },
  }
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: MidbenchError): void
  onProgress: ((progress: Progress) => void) | undefined
}

/** The calling side of {@link serveCalls}. */
export class PortCaller<M extends CallMap<M>> {
  private readonly waiting = new Map<number, Waiting>()
  private lastId = 0
  private ended: MidbenchError | undefined

  /**
   * @param port the port itself, or the worker whose parent port serves
   * @param who names the other side in errors: `data thread`
   * @param onNotice hears of what went wrong there but ended no call
   */
  constructor(
    private readonly port: MessagePort | Worker,
    who: string,
    private readonly onNotice: (failure: Failure) => void = warn,
  ) {
    port.on('message', (reply: Reply) => {
      this.receive(reply)
    })
    port.on('error', (error: Error) => {
      this.end(`the ${who} failed: ${error.message}`)
    })
    port.on('close', () => {
      this.end(`the ${who} has closed`)
    })
    port.on('exit', () => {
      this.end(`the ${who} has ended`)
    })
  }

  /** @throws MidbenchError what the handler threw; `cancelled`; `thread.ended` when the other side is gone */
  call<N extends keyof M & string>(
    name: N,
    input: M[N]['input'],
    { signal, onProgress }: CallOptions = {},
  ): Promise<M[N]['output']> {
    if (this.ended) return Promise.reject(this.ended)
    if (signal?.aborted) return Promise.reject(new MidbenchError(cancelled(name)))
    const id = ++this.lastId
    const abort = (): void => {
      this.send({ type: 'cancel', id })
    }
    signal?.addEventListener('abort', abort, { once: true })
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onProgress })
      this.send({ type: 'call', id, name, input })
    }).finally(() => {
      signal?.removeEventListener('abort', abort)
    })
  }

  private send(request: PortRequest): void {
    this.port.postMessage(request)
  }

  private receive(reply: Reply): void {
    if (reply.type === 'notice') {
      this.onNotice(reply.failure)
      return
    }
    const call = this.waiting.get(reply.id)
    if (reply.type === 'progress') {
      call?.onProgress?.(reply.progress)
      return
    }
    this.waiting.delete(reply.id)
    if (reply.type === 'answer') call?.resolve(reply.value)
    else call?.reject(new MidbenchError(reply.failure))
  }

  private end(message: string): void {
    this.ended ??= new MidbenchError({ code: 'thread.ended', message })
    for (const call of this.waiting.values()) call.reject(this.ended)
    this.waiting.clear()
  }
}

function warn({ code, message }: Failure): void {
  process.emitWarning(message, { code })
}

function cancelled(name: string): Failure {
  return { code: 'cancelled', message: `${name} was cancelled` }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * Another machine, as the window's main process sees it: its calls, its events, and a connection that comes back by
 * itself. What was on its way when a connection broke arrives over the next one (`session.ts`), so that a call only takes
 * longer; where the server itself has ended meanwhile, the calls that wait fail, and the page is to be loaded anew.
 */
import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'

import type { Answer, CallName, EventName, MachineStatus } from '../contract/contract'
import { MidbenchError, toFailure, type Failure } from '../errors'
import type { Progress } from '../progress.schema'
import { requireSame } from './identity'
import { fromMachine, hello, joined, type FromWindow } from './protocol.schema'
import { Session } from './session'
import { Wire } from './wire'

/** Pauses before it tries again; the last one over and over. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000, 30_000]
const ANSWER_MS = 20_000

export interface WayCall {
  signal: AbortSignal
  onProgress: (progress: Progress) => void
}

/** How a machine is reached: `ssh.ts`. */
export interface Way {
  /** Opens a stream to the server's socket, starting the server where none is known. @throws MidbenchError */
  open(call: WayCall): Promise<Duplex>
  /** Nobody answers at the socket any more: the next `open` starts the server. */
  forget(): void
  /** Why the last stream ended, as far as the way knows; null where it does not. */
  fault(): Failure | null
  close(): void
}

export interface MachineOptions {
  host: string
  way: Way
  event: (name: EventName, payload: unknown) => void
  changed: (status: MachineStatus) => void
  /** The server is another than before: what the page shows may be of the past. */
  restarted: () => void
}

export class Machine {
  private id = randomUUID()
  private session: Session
  private wasConnected = false
  private current: MachineStatus
  private readonly waiting = new Map<number, (answer: Answer<CallName>) => void>()
  private lastCall = 0
  private attempts = 0
  private timer: NodeJS.Timeout | undefined
  private readonly ending = new AbortController()

  constructor(private readonly options: MachineOptions) {
    this.session = this.newSession()
    this.current = { host: options.host, state: 'connecting', failure: null, retry_at: null }
  }

  get status(): MachineStatus {
    return this.current
  }

  /** Connects for the first time. @throws MidbenchError what the way throws; `machine.version`, `machine.silent` */
  async connect(call: WayCall): Promise<void> {
    await this.reach({ ...call, signal: AbortSignal.any([call.signal, this.ending.signal]) })
  }

  call(name: CallName, input: unknown): Promise<Answer<CallName>> {
    if (this.current.state === 'refused' && this.current.failure !== null)
      return Promise.resolve({ ok: false, failure: this.current.failure })
    const id = ++this.lastCall
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.send({ type: 'call', id, name, input })
    })
  }

  /** The page was loaded anew: nobody waits for what it asked for before. */
  pageReloaded(): void {
    this.waiting.clear()
    this.send({ type: 'reloaded' })
  }

  /** Tries at once, where it waits to. */
  retry(): void {
    if (this.current.state !== 'lost' && this.current.state !== 'refused') return
    clearTimeout(this.timer)
    void this.again()
  }

  /** Ends the session there and the connection, and resolves once both have ended. Runs go on. */
  leave(): Promise<void> {
    this.send({ type: 'left' })
    this.ending.abort()
    clearTimeout(this.timer)
    this.failWaiting({ code: 'machine.left', message: `The window shows ${this.options.host} no longer.` })
    return new Promise((resolve) => {
      // What was just sent leaves first.
      setTimeout(() => {
        this.session.close()
        this.options.way.close()
        resolve()
      }, 100)
    })
  }

  // -------------------------------------------------------------- inside

  private newSession(): Session {
    return new Session({
      receive: (message) => this.receive(message),
      overflow: () => this.refuse(overflown(this.options.host)),
    })
  }

  private async reach(call: WayCall): Promise<void> {
    try {
      await this.reachOnce(call)
    } catch (error) {
      if (!(error instanceof MidbenchError) || error.code !== 'machine.closed') throw error
      this.options.way.forget()
      await this.reachOnce(call)
    }
  }

  private async reachOnce(call: WayCall): Promise<void> {
    const { host, way, restarted } = this.options
    const wire = new Wire(await way.open(call))
    try {
      const { midbench } = hello.parse(JSON.parse(await inTime(wire.line(), host)))
      requireSame(midbench, host)
      wire.sendLine({ session: this.id, received: this.session.lastReceived })
      const { received } = joined.parse(JSON.parse(await inTime(wire.line(), host)))
      const isAnother = received === null && this.wasConnected
      if (isAnother) {
        this.failWaiting(ended(host))
        this.session.close()
        this.session = this.newSession()
      }
      this.session.attach(wire, received ?? 0)
      this.wasConnected = true
      this.attempts = 0
      this.become({ state: 'connected' })
      wire.onEnd(() => this.lost(way.fault() ?? cut(host)))
      if (isAnother) restarted()
    } catch (error) {
      wire.close()
      throw error
    }
  }

  private lost(failure: Failure): void {
    if (this.ending.signal.aborted || this.current.state === 'refused') return
    const pause = PAUSES_MS[Math.min(this.attempts, PAUSES_MS.length - 1)] ?? 0
    this.attempts++
    this.become({ state: 'lost', failure, retry_at: Date.now() + pause })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.again(), pause)
  }

  private async again(): Promise<void> {
    this.become({ state: 'connecting', failure: this.current.failure })
    try {
      await this.reach({ signal: this.ending.signal, onProgress: () => undefined })
    } catch (error) {
      if (this.ending.signal.aborted) return
      const failure = toFailure(error)
      if (failure.code === 'machine.version') this.refuse(failure)
      else this.lost(failure)
    }
  }

  private refuse(failure: Failure): void {
    this.become({ state: 'refused', failure })
    this.failWaiting(failure)
    this.session.close()
    this.id = randomUUID()
    this.session = this.newSession()
  }

  private become(status: Partial<MachineStatus>): void {
    const { host } = this.options
    this.current = { host, state: 'connecting', failure: null, retry_at: null, ...status }
    this.options.changed(this.current)
  }

  private receive(message: unknown): void {
    const { success, data } = fromMachine.safeParse(message)
    if (!success) return
    if (data.type === 'event')
      this.options.event(data.name as EventName, data.payload) // of the same contract
    else {
      this.waiting.get(data.id)?.(data.answer as Answer<CallName>) // of the same contract
      this.waiting.delete(data.id)
    }
  }

  private failWaiting(failure: Failure): void {
    for (const answer of this.waiting.values()) answer({ ok: false, failure })
    this.waiting.clear()
  }

  private send(message: FromWindow): void {
    this.session.send(message)
  }
}

async function inTime(line: Promise<string>, host: string): Promise<string> {
  const timer = new AbortController()
  const silence = new Promise<never>((_, reject) => {
    const timeout = setTimeout(() => reject(silent(host)), ANSWER_MS)
    timer.signal.addEventListener('abort', () => clearTimeout(timeout))
  })
  try {
    return await Promise.race([line, silence])
  } finally {
    timer.abort()
  }
}

function silent(host: string): MidbenchError {
  return new MidbenchError({
    code: 'machine.silent',
    message: `Midbench on ${host} has not answered for ${String(ANSWER_MS / 1000)} s.`,
    remedy: 'See whether that machine is at its limits, or whether its server is stopped.',
  })
}

function cut(host: string): Failure {
  return { code: 'machine.lost', message: `The connection to ${host} has ended.` }
}

function ended(host: string): Failure {
  return {
    code: 'machine.ended',
    message: `Midbench on ${host} has ended meanwhile and was started again.`,
    remedy: 'Runs are there as of their last save; ask again.',
  }
}

function overflown(host: string): Failure {
  return {
    code: 'machine.overflow',
    message: `More was sent to ${host} than can be kept until it answers.`,
    remedy: 'Open the machine again.',
  }
}

/**
 * Requests that survive a bad network: which failures are worth another try, how long to wait before it, and the error
 * that a person gets when no try is left. A server's Retry-After is respected.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { MidbenchError } from '../../errors'
import { codeOf } from '../../system-error'

export interface RetryPolicy {
  /** A request is given up after this many failures in a row without a byte gained. */
  attempts: number
  /** The same for a server that cannot be reached at all. @default the number above */
  attemptsToReach?: number
  /** Wait before the second try; it doubles with each further one. */
  firstDelayMs: number
  longestDelayMs: number
  /** A connection that brings no byte for this long counts as dead. */
  stallMs: number
}

export const DEFAULT_POLICY: RetryPolicy = {
  attempts: 6,
  firstDelayMs: 1000,
  longestDelayMs: 60_000,
  stallMs: 30_000,
}

interface FaultDetails {
  waitMs: number
  weight: number
  unreached: boolean
}

/** A failure that another try may fix. */
export class TransientFault extends Error {
  /** How long the server asked to wait, in milliseconds. */
  readonly waitMs: number
  /** How many failures it counts as. */
  readonly weight: number
  /** The server was not reached at all. */
  readonly unreached: boolean

  constructor(
    message: string,
    readonly code: string,
    { waitMs = 0, weight = 1, unreached = false }: Partial<FaultDetails> = {},
  ) {
    super(message)
    this.waitMs = waitMs
    this.weight = weight
    this.unreached = unreached
  }
}

/** Counts failures in a row and waits between tries. */
export class Retries {
  private failures = 0
  private tries = 0

  constructor(
    private readonly policy: RetryPolicy,
    private readonly what: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Called when something was gained since the last failure. */
  progressed(): void {
    this.failures = 0
    this.tries = 0
  }

  /**
   * Waits before the next try.
   * @throws MidbenchError when the fault is not transient or there were enough tries; the signal's reason.
   */
  async after(error: unknown): Promise<void> {
    this.signal?.throwIfAborted()
    const fault = error instanceof TransientFault ? error : networkFault(error)
    if (fault === undefined) throw error
    this.failures += fault.weight
    this.tries++
    const { attempts, attemptsToReach = attempts } = this.policy
    if (this.failures >= (fault.unreached ? attemptsToReach : attempts)) throw this.givenUp(fault)
    await wait(this.delay(fault), undefined, { signal: this.signal })
  }

  private delay({ waitMs }: TransientFault): number {
    const { firstDelayMs, longestDelayMs } = this.policy
    const doubled = firstDelayMs * 2 ** (this.failures - 1)
    // Waits differ, so that clients that failed together do not come back together.
    const backOff = doubled * (0.75 + Math.random() / 2)
    return Math.min(longestDelayMs, Math.max(backOff, waitMs))
  }

  private givenUp(fault: TransientFault): MidbenchError {
    const tries = `given up after ${String(this.tries)} ${this.tries === 1 ? 'try' : 'tries'}`
    return new MidbenchError(
      {
        code: fault.code,
        message: `${this.what}: ${fault.message}; ${tries}`,
        remedy: 'What has arrived is kept: try again later and it goes on from there.',
      },
      { cause: fault },
    )
  }
}

/**
 * The error of a request that is tried once: a transient fault becomes an error for people, everything else stays as it
 * is.
 */
export function asMidbenchError(error: unknown, what: string): unknown {
  const fault = error instanceof TransientFault ? error : networkFault(error)
  if (fault === undefined) return error
  return new MidbenchError({ code: fault.code, message: `${what}: ${fault.message}` }, { cause: error })
}

/**
 * The fault for what `fetch` throws when a connection fails or breaks; undefined for an error that is not the
 * network's.
 */
function networkFault(error: unknown): TransientFault | undefined {
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return undefined
  if (error.message !== 'fetch failed' && error.message !== 'terminated') return undefined
  const code = codeOf(error.cause)
  const unreached = UNREACHED.has(code)
  return new TransientFault(NETWORK_FAULTS[code] ?? error.cause.message, 'hub.network', { unreached })
}

const NETWORK_FAULTS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such server, or no network',
  EAI_AGAIN: 'there is no network',
  ECONNREFUSED: 'the server takes no connections',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to the server',
  UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
}

/** Error codes from before a connection is made. */
const UNREACHED = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Accepts a good answer (2xx).
 * @throws MidbenchError `hub.unauthorized`, `hub.not-found`, `hub.refused`; TransientFault for what may pass.
 */
export function checkStatus(response: Response, what: string): void {
  const { status } = response
  if (response.ok) return
  if (status === 429 || status === 408 || status >= 500) {
    const code = status === 429 ? 'hub.rate-limited' : 'hub.server'
    const reason = status === 429 ? 'the server says there were too many requests' : 'the server failed'
    throw new TransientFault(`${reason} (${String(status)})`, code, { waitMs: retryAfter(response) })
  }
  throw new MidbenchError(refusal(status, what))
}

function refusal(status: number, what: string): { code: string; message: string; remedy?: string } {
  if (status === 401 || status === 403) {
    return {
      code: 'hub.unauthorized',
      message: `${what}: the server does not let you have it (${String(status)}), or it does not exist`,
      remedy:
        'Where it needs a token, set HF_TOKEN or run `hf auth login`; where it is gated, ask for access on its page.',
    }
  }
  if (status === 404 || status === 410) {
    return {
      code: 'hub.not-found',
      message: `${what}: the server has no such thing (${String(status)})`,
      remedy: 'It may have been moved or renamed. Check HF_ENDPOINT, or name local files in its place.',
    }
  }
  return { code: 'hub.refused', message: `${what}: the server refuses (${String(status)})` }
}

/** The header's seconds or date, as milliseconds from now; 0 where there is none. */
function retryAfter(response: Response): number {
  const value = response.headers.get('retry-after')
  if (value === null) return 0
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return seconds * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now())
}

/** Aborts a request when nothing has come for a while, or when the caller's signal says so. */
export class StallWatch {
  readonly signal: AbortSignal
  private stalled = false
  private readonly controller = new AbortController()
  private readonly timer: NodeJS.Timeout

  constructor(stallMs: number, outer: AbortSignal | undefined) {
    this.signal =
      outer === undefined ? this.controller.signal : AbortSignal.any([outer, this.controller.signal])
    this.timer = setTimeout(() => {
      this.stalled = true
      this.controller.abort()
    }, stallMs)
  }

  alive(): void {
    this.timer.refresh()
  }

  /** The original error, or that the server stalled. */
  explain(error: unknown): unknown {
    return this.stalled ? new TransientFault('the server has stopped sending', 'hub.stalled') : error
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}

/**
 * Gathers what is told of an answer and passes it on together, at most ten times a second; the first after a quiet time
 * goes out at once.
 */
import type { TalkFitted, TalkTokens } from '../contract/contract'
import type { Inspector } from '../runs/inspector'

const INTERVAL_MS = 100

type TalkEvent = Parameters<NonNullable<Parameters<Inspector['talk']>[1]['onEvent']>>[0]

export class TokenBatcher {
  /** What of the prompt is read; null until that is told. */
  fitted: TalkFitted | null = null
  private seq = 0
  private waiting: Omit<TalkTokens, 'job' | 'seq'> = nothing()
  private timer: NodeJS.Timeout | undefined
  private lastFlush = -Infinity

  constructor(
    private readonly job: string,
    private readonly pass: (tokens: TalkTokens) => void,
  ) {}

  add(event: TalkEvent): void {
    const { tokens, stopped } = this.waiting
    if (event.type === 'token') tokens.push({ sample: event.sample, ...event.token })
    else if (event.type === 'fitted') this.fitted = this.waiting.fitted = event.fitted
    else stopped.push({ sample: event.sample, stopped: event.stopped, text: event.text })
    this.schedule()
  }

  /** Passes on what is waiting, now. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const { fitted, tokens, stopped } = this.waiting
    if (fitted === null && tokens.length + stopped.length === 0) return
    this.waiting = nothing()
    this.lastFlush = performance.now()
    this.pass({ job: this.job, seq: this.seq++, fitted, tokens, stopped })
  }

  private schedule(): void {
    if (this.timer !== undefined) return
    const wait = Math.max(0, this.lastFlush + INTERVAL_MS - performance.now())
    this.timer = setTimeout(() => {
      this.flush()
    }, wait)
  }
}

function nothing(): Omit<TalkTokens, 'job' | 'seq'> {
  return { fitted: null, tokens: [], stopped: [] }
}

/** Gathers what is told of an answer and passes it on together (threads/pacer.ts). */
import type { TalkFitted, TalkTokens } from '../contract/contract'
import type { Inspector } from '../runs/inspector'
import { Pacer } from '../threads/pacer'

type TalkEvent = Parameters<NonNullable<Parameters<Inspector['talk']>[1]['onEvent']>>[0]

export class TokenBatcher {
  /** What of the prompt is read; null until that is told. */
  fitted: TalkFitted | null = null
  private seq = 0
  private waiting: Omit<TalkTokens, 'job' | 'seq'> = nothing()
  private readonly pacer = new Pacer(() => {
    this.passOn()
  })

  constructor(
    private readonly job: string,
    private readonly pass: (tokens: TalkTokens) => void,
  ) {}

  add(event: TalkEvent): void {
    const { tokens, stopped } = this.waiting
    if (event.type === 'token') tokens.push({ sample: event.sample, ...event.token })
    else if (event.type === 'fitted') this.fitted = this.waiting.fitted = event.fitted
    else stopped.push({ sample: event.sample, stopped: event.stopped, text: event.text })
    this.pacer.schedule()
  }

  /** Passes on what is waiting, now. */
  flush(): void {
    this.pacer.flush()
  }

  private passOn(): void {
    const { fitted, tokens, stopped } = this.waiting
    if (fitted === null && tokens.length + stopped.length === 0) return
    this.waiting = nothing()
    this.pass({ job: this.job, seq: this.seq++, fitted, tokens, stopped })
  }
}

function nothing(): Omit<TalkTokens, 'job' | 'seq'> {
  return { fitted: null, tokens: [], stopped: [] }
}

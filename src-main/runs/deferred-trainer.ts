/** A trainer whose place is not decided yet: what it is asked waits until it is, and it can be ended at any time. */
import type { LogReport, Trainer, TrainerCalls } from '../engine/trainer-calls'
import { toFailure } from '../errors'
import type { Progress } from '../progress.schema'
import { type CallOptions, Ended, type EventOf } from '../threads/calls'

/** What is said in the run while its trainer's place is decided. */
export interface Deciding {
  /** Why it takes a while, and how far it is. */
  progress(progress: Progress): void
  /** A line of the run's log. */
  note(text: string): void
}

export type ChooseTrainer = (deciding: Deciding) => Promise<Trainer>

/** The place is decided with the first call. */
export function deferTrainer(choose: ChooseTrainer): Trainer {
  return new DeferredTrainer(choose)
}

class DeferredTrainer implements Trainer {
  private chosen: Promise<Trainer> | null = null
  private trainer: Trainer | null = null
  private closed = false

  constructor(private readonly choose: ChooseTrainer) {}

  async call<N extends keyof TrainerCalls>(
    name: N,
    input: TrainerCalls[N]['input'],
    options: CallOptions<EventOf<TrainerCalls[N]>> = {},
  ): Promise<TrainerCalls[N]['output']> {
    const onLog = options.onEvent as ((report: LogReport) => void) | undefined // what can come first takes log lines
    this.chosen ??= this.decide({
      progress: (progress) => {
        if (!this.closed) options.onProgress?.(progress)
      },
      note: (text) => {
        if (!this.closed) onLog?.({ type: 'log', line: { at: Date.now(), level: 'info', text } })
      },
    })
    return (await this.chosen).call(name, input, options)
  }

  async close(): Promise<void> {
    this.closed = true
    // Where the place is still being decided, that goes on for others; what comes of it here is ended.
    await this.trainer?.close()
  }

  private async decide(deciding: Deciding): Promise<Trainer> {
    try {
      this.trainer = await this.choose(deciding)
    } catch (error) {
      throw new Ended(toFailure(error), { cause: error })
    }
    if (this.closed) await this.trainer.close() // its calls fail
    return this.trainer
  }
}

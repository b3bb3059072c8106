/** A trainer whose host (thread or process) is not chosen yet: calls wait until it is. It can be ended at any time. */
import type { LogReport, Trainer, TrainerCalls } from '../engine/trainer-calls'
import { toFailure } from '../errors'
import type { Progress } from '../progress.schema'
import { type CallOptions, Ended, type EventOf } from '../threads/calls'

/** What the run reports while its trainer's host is being chosen. */
export interface Deciding {
  /** Why it takes a while, and how far it has got. */
  progress(progress: Progress): void
  /** A line of the run's log. */
  note(text: string): void
}

export type ChooseTrainer = (deciding: Deciding) => Promise<Trainer>

/** The first call starts the choice of the host. */
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
    const onLog = options.onEvent as ((report: LogReport) => void) | undefined // the first calls take log lines
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
    // Where the host is still being chosen, the choice goes on for other trainers; the trainer that it opens here is
    // ended.
    await this.trainer?.close()
  }

  private async decide(deciding: Deciding): Promise<Trainer> {
    try {
      this.trainer = await this.choose(deciding)
    } catch (error) {
      throw new Ended(toFailure(error), { cause: error })
    }
    if (this.closed) await this.trainer.close() // calls to it then fail
    return this.trainer
  }
}

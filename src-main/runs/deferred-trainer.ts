/** A trainer whose place is not decided yet: what it is told waits until it is, and it can be ended at any time. */
import type { OpenedTrainer, TrainerWord } from '../engine/trainer-link'
import type { TrainerJob, TrainerReport } from '../engine/trainer-protocol'
import { type Failure, toFailure } from '../errors'
import type { Progress } from '../progress.schema'

/** What is said in the run while its trainer's place is decided. */
export interface Deciding {
  /** Why it takes a while, and how far it is. */
  progress(progress: Progress): void
  /** A line of the run's log. */
  note(text: string): void
}

export type ChooseTrainer = (deciding: Deciding) => Promise<OpenedTrainer>

export function deferTrainer(choose: ChooseTrainer): OpenedTrainer {
  return new DeferredTrainer(choose)
}

class DeferredTrainer implements OpenedTrainer {
  private trainer: OpenedTrainer | null = null
  private waiting: ((trainer: OpenedTrainer) => void)[] = []
  private closed = false

  constructor(private readonly choose: ChooseTrainer) {}

  listen(onReport: (report: TrainerReport) => void, onEnd: (how: Failure) => void): void {
    this.open(onReport, onEnd).catch((error: unknown) => {
      if (!this.closed) onEnd(toFailure(error))
    })
  }

  begin(job: TrainerJob): void {
    this.tell((trainer) => {
      trainer.begin(job)
    })
  }

  say(word: TrainerWord): void {
    this.tell((trainer) => {
      trainer.say(word)
    })
  }

  async close(): Promise<void> {
    this.closed = true
    // Where the place is still being decided, that goes on for others; what comes of it here is ended.
    await this.trainer?.close()
  }

  private async open(
    onReport: (report: TrainerReport) => void,
    onEnd: (how: Failure) => void,
  ): Promise<void> {
    const report = (what: TrainerReport): void => {
      if (!this.closed) onReport(what)
    }
    const trainer = await this.choose({
      progress: (progress) => {
        report({ type: 'progress', ...progress })
      },
      note: (text) => {
        report({ type: 'log', line: { at: Date.now(), level: 'info', text } })
      },
    })
    if (this.closed) return trainer.close()
    this.trainer = trainer
    trainer.listen(onReport, onEnd)
    for (const tell of this.waiting) tell(trainer)
    this.waiting = []
  }

  private tell(tell: (trainer: OpenedTrainer) => void): void {
    if (this.trainer === null) this.waiting.push(tell)
    else tell(this.trainer)
  }
}

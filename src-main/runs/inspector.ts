/**
 * A second trainer that answers questions about models beside a run: what a checkpoint makes of every token of a batch.
 * It is started with the first question, where trainers run on this machine, and keeps TensorFlow and the model asked last.
 * It ends, and its memory with it, when it has not been asked for some minutes, or where a run needs the memory.
 */
import type { LossesQuestion, LossesResult, OpenTrainer, Trainer } from '../engine/trainer-calls'
import { type CallOptions, Ended } from '../threads/calls'

const IDLE_MS = 5 * 60_000

export interface InspectorOptions {
  openTrainer: OpenTrainer
  /** Unused for so long, it ends. @default five minutes */
  idleMs?: number | undefined
}

export class Inspector {
  private trainer: Trainer | null = null
  /** Questions that wait for their answers. */
  private waiting = 0
  private isWanted = true
  private idle: NodeJS.Timeout | undefined

  constructor(private readonly options: InspectorOptions) {}

  /**
   * The first question of a model takes seconds; the next one what the batch takes.
   *
   * @throws MidbenchError `run.no-checkpoint`, `tokenizer.mismatch`, `cancelled`; what reading a checkpoint throws
   */
  losses(question: LossesQuestion, call: CallOptions): Promise<LossesResult> {
    return this.ask((trainer) => trainer.call('losses', question, call))
  }

  /** Gives all memory back: at once where nobody waits for an answer, else after the last one. */
  async release(): Promise<void> {
    this.isWanted = false
    if (this.waiting === 0) await this.end()
  }

  /** Ends it, whatever it is at. */
  async close(): Promise<void> {
    clearTimeout(this.idle)
    const { trainer } = this
    this.trainer = null
    await trainer?.close()
  }

  private async ask<Answer>(question: (trainer: Trainer) => Promise<Answer>): Promise<Answer> {
    clearTimeout(this.idle)
    const trainer = (this.trainer ??= this.options.openTrainer())
    this.isWanted = true
    this.waiting++
    try {
      return await question(trainer)
    } catch (error) {
      if (error instanceof Ended && this.trainer === trainer) this.trainer = null // the next question starts another
      throw error
    } finally {
      this.waiting--
      if (this.waiting === 0) this.rest()
    }
  }

  private rest(): void {
    if (!this.isWanted) {
      void this.end()
      return
    }
    this.idle = setTimeout(() => void this.end(), this.options.idleMs ?? IDLE_MS)
    this.idle.unref()
  }

  /** TensorFlow gives a model's memory back where it is told to, not with its thread. */
  private async end(): Promise<void> {
    const { trainer } = this
    this.trainer = null
    clearTimeout(this.idle)
    await trainer?.call('forget', null).catch(() => undefined)
    await trainer?.close()
  }
}

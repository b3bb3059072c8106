/**
 * A second trainer that answers questions about models beside a run: the loss that a checkpoint gives every token of a
 * batch, and what it answers to a prompt. The first question starts it, where trainers run on this machine, and it keeps
 * TensorFlow and the last model loaded. It ends and frees its memory after some minutes without a question, or when a
 * run needs the memory.
 */
import type { MeasuringEvent, MeasuringQuestion } from '../engine/measuring-calls'
import type {
  TalkEvent,
  TalkPromptQuestion,
  TalkPromptView,
  TalkQuestion,
  TalkResult,
} from '../engine/talk-calls'
import type {
  GenerateEvent,
  GenerateQuestion,
  GenerateResult,
  LossesQuestion,
  LossesResult,
  OpenTrainer,
  Trainer,
} from '../engine/trainer-calls'
import { type CallOptions, Ended } from '../threads/calls'

const IDLE_MS = 5 * 60_000

export interface InspectorOptions {
  openTrainer: OpenTrainer
  /** How long it may go unused before it ends. @default five minutes */
  idleMs?: number | undefined
}

export class Inspector {
  private trainer: Trainer | null = null
  /** Number of questions that are waiting for answers. */
  private waiting = 0
  private isWanted = true
  private idle: NodeJS.Timeout | undefined

  constructor(private readonly options: InspectorOptions) {}

  /**
   * The first question about a model takes seconds; later ones only the time of the batch.
   *
   * @throws MidbenchError `run.no-checkpoint`, `tokenizer.mismatch`, `cancelled`; what reading a checkpoint throws
   */
  losses(question: LossesQuestion, call: CallOptions): Promise<LossesResult> {
    return this.ask((trainer) => trainer.call('losses', question, call))
  }

  /**
   * Goes on after a prompt, and tells each token as it comes.
   *
   * @throws MidbenchError as `losses`, `checkpoint.missing`, `generation.*`
   */
  generate(question: GenerateQuestion, call: CallOptions<GenerateEvent>): Promise<GenerateResult> {
    return this.ask((trainer) => trainer.call('generate', question, call))
  }

  /** The same in words. @throws MidbenchError as `generate`, `conversation.invalid`; what reading the tokenizer throws */
  talk(question: TalkQuestion, call: CallOptions<TalkEvent>): Promise<TalkResult> {
    return this.ask((trainer) => trainer.call('talk', question, call))
  }

  /** The tokens that a model would be given. @throws MidbenchError `conversation.invalid`; as reading the tokenizer */
  talkPrompt(question: TalkPromptQuestion, call: CallOptions): Promise<TalkPromptView> {
    return this.ask((trainer) => trainer.call('talkPrompt', question, call))
  }

  /**
   * Measures a checkpoint by some tasks, and keeps what becomes of each question. It may take hours, so measuring has an
   * inspector of its own.
   *
   * @throws MidbenchError as `generate`, `measure.memory`; tasks that cannot be measured are told, not thrown
   */
  measure(question: MeasuringQuestion, call: CallOptions<MeasuringEvent>): Promise<null> {
    return this.ask((trainer) => trainer.call('measure', question, call))
  }

  /** Frees all memory: at once where no question is waiting, else after the last answer. */
  async release(): Promise<void> {
    this.isWanted = false
    if (this.waiting === 0) await this.end()
  }

  /** Ends it at once, whatever it is doing. */
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

  /** TensorFlow does not free a model's memory when its thread ends: it must be told to. */
  private async end(): Promise<void> {
    const { trainer } = this
    this.trainer = null
    clearTimeout(this.idle)
    await trainer?.call('forget', null).catch(() => undefined)
    await trainer?.close()
  }
}

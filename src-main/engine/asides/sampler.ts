/**
 * Answers a run's prompts with the model as it is, at some steps: one greedy answer each, with the calculator, so that
 * the answers of a step differ from those of another only by what was learned between.
 */
import { MOST_SAMPLE_TOKENS } from '../../config/asides'
import { shownValue } from '../../shown'
import { promptOf } from '../../tokenizer/prompt'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import type { SampleAnswer } from '../../config/aside-metrics.schema'
import type { GenerationSession } from '../generation/generation-session'
import { fitPrompt, reachOf } from '../generation/reach'
import type { Aside } from '../loop-options'
import { padStep } from '../metrics'
import { type AsideContext, askedAside } from './asking'
import type { CurrentModel } from './current-model'
import { sessionModel } from '../generation/session-model'

/** Characters of an answer in the log. */
const SHOWN = 160

export class Sampler implements Aside {
  readonly doneAt = 'sampledAt'
  /** Whether it was said which prompts are cut. */
  private said = false

  /** @param every steps between two; null = only at the end */
  constructor(
    readonly every: number | null,
    private readonly prompts: readonly string[],
    private readonly tokenizer: Tokenizer,
    private readonly model: CurrentModel,
    private readonly context: AsideContext,
  ) {}

  run(step: number): Promise<boolean> {
    const { reporter } = this.context
    return askedAside(this.context, 'The prompts are not answered', async (signal) => {
      const started = performance.now()
      const answers = await this.model.ask((session) => this.answers(session, signal))
      const seconds = (performance.now() - started) / 1000
      reporter.report({ type: 'sample', metric: { step, seconds, answers } })
      for (const { prompt, answer } of answers) reporter.log('info', sampleLine(step, prompt, answer))
    })
  }

  private async answers(session: GenerationSession, signal: AbortSignal): Promise<SampleAnswer[]> {
    const { prompts, tokenizer, context } = this
    const asked = prompts.map((content) => promptOf(tokenizer, { messages: [{ role: 'user', content }] }))
    const dropped = asked.map((ids) => fitPrompt(ids, MOST_SAMPLE_TOKENS, reachOf(session.model)).dropped)
    this.sayCuts(asked, dropped)
    const answers: SampleAnswer[] = prompts.map((prompt) => ({ prompt, answer: '', cut: false }))
    let done = 0
    const progress = (): void => {
      context.progress({ what: 'answering', done, total: prompts.length, unit: 'prompts' })
    }
    progress()
    for await (const { prompt, ids } of sessionModel(session, tokenizer, signal).answers(
      asked,
      MOST_SAMPLE_TOKENS,
    )) {
      const cut = ids.length >= MOST_SAMPLE_TOKENS
      const lost = dropped[prompt] ?? 0
      answers[prompt] = {
        ...{ prompt: prompts[prompt] ?? '', answer: tokenizer.decode(ids), cut },
        ...(lost > 0 && { dropped: lost }),
      }
      done++
      progress()
    }
    return answers
  }

  /** Says once of which prompts the model is given only the end. */
  private sayCuts(asked: readonly Int32Array[], dropped: readonly number[]): void {
    if (this.said) return
    this.said = true
    for (const [at, { length }] of asked.entries()) {
      const lost = dropped[at] ?? 0
      if (lost > 0) this.context.reporter.warn(cutText(this.prompts[at] ?? '', lost, length))
    }
  }
}

function cutText(prompt: string, dropped: number, length: number): string {
  const part = `the first ${String(dropped)} of its ${String(length)} tokens`
  return `The prompt ${shownValue(prompt)} is longer than the model can read: ${part} are left out.`
}

function sampleLine(step: number, prompt: string, answer: string): string {
  return `Step ${padStep(step)} | ${shownValue(prompt)} -> ${shownValue(answer, SHOWN)}`
}

/**
 * Answers prompts beside a run: a text token by token, many texts at once, and the logits of choices.
 *
 * The last two models that were asked stay loaded, with TensorFlow, so that two can be compared; a third takes the place of
 * one that is not answering, and waits where both are. A model is loaded anew when its files have changed. Each answers one question at a time, in order; two of them take turns, token by token.
 */
import { loadModel } from '../checkpoint/nanochat-files'
import type { StoredCheckpoint } from '../checkpoint/run-checkpoint'
import type { PromptAnswer } from '../evaluation/measure'
import type { ModelConfig } from '../model/config.schema'
import type { CallContext, TellingContext } from '../threads/calls'
import type { AnsweredWith } from './asked'
import { keyOf, lastOf, openBesideRuns, wholeOf } from './asked-model'
import { answerPrompts } from './generation/answers'
import { withCalculator } from './generation/calculator-tokens'
import { categoricalLogits } from './generation/categorical'
import { type Follow, generate } from './generation/generate'
import { GenerationSession } from './generation/generation-session'
import { fitPrompt, reachOf } from './generation/reach'
import { requireSameVocabulary } from './job-context'
import { KeptTokenizer } from './kept-tokenizer'
import type {
  Answer,
  AnswersQuestion,
  AskedOf,
  ChoicesQuestion,
  ChoicesResult,
  GenerateEvent,
  GenerateQuestion,
  GenerateResult,
} from './trainer-calls'

/** Number of models that stay loaded. */
const MOST_KEPT = 2

interface KeptModel extends StoredCheckpoint {
  config: ModelConfig
  session: GenerationSession
  /** Identifies the model's files and how it computes. */
  key: string
  /** The same of the checkpoint that was asked for: another one where that is torn. */
  askedKey: string
  /** Settles when the questions so far are answered. */
  last: Promise<unknown>
  /** Number of questions that are not answered yet. */
  asked: number
}

export class Answering {
  /** The one that was asked last is the last. */
  private kept: KeptModel[] = []
  private loading: Promise<unknown> = Promise.resolve()

  /** @param beforeLoading called before TensorFlow is loaded for a model */
  constructor(
    private readonly beforeLoading: () => void = () => undefined,
    private readonly tokenizers = new KeptTokenizer(),
  ) {}

  /**
   * @throws MidbenchError `run.no-checkpoint`, `checkpoint.missing`, `tokenizer.mismatch`, `device.unavailable`; what
   *   reading a checkpoint, and {@link generate}, throw; the signal's reason where it is cancelled
   */
  generate(question: GenerateQuestion, context: TellingContext<GenerateEvent>): Promise<GenerateResult> {
    return this.ask(question, context, async (model) => {
      const follow = await this.followerFor(question.calculatorOf)
      return { ...(await answersOf(model, question, context, follow)), ...whoAnswered(model) }
    })
  }

  /** @throws MidbenchError as generate */
  answers(question: AnswersQuestion, context: TellingContext<PromptAnswer>): Promise<AskedOf> {
    return this.ask(question, context, async (model) => {
      const follow = await this.followerFor(question.calculatorOf)
      for await (const answer of answerPrompts(model.session, question, context.signal, follow)) {
        context.tell(answer)
      }
      return whoAnswered(model)
    })
  }

  /** @throws MidbenchError as generate, and what {@link categoricalLogits} throws */
  choices(question: ChoicesQuestion, context: CallContext): Promise<ChoicesResult> {
    return this.ask(question, context, async (model) => {
      return { logits: await categoricalLogits(model.session, question, context), ...whoAnswered(model) }
    })
  }

  /** Frees all memory, once the questions so far are answered. */
  forget(): Promise<null> {
    return this.alone(async () => {
      for (const model of this.kept.splice(0)) await dispose(model)
      return null
    })
  }

  private async ask<T>(
    { of, dtype, vocabSize }: AnsweredWith,
    { signal }: CallContext,
    answer: (model: KeptModel) => Promise<T>,
  ): Promise<T> {
    // The question joins its model's queue before another one can put the model away.
    const { answered } = await this.alone(async () => {
      signal.throwIfAborted()
      const model = await this.modelOf(of, dtype)
      requireSameVocabulary(model.config, vocabSize, model.dir)
      const turn = model.last.then(() => {
        signal.throwIfAborted()
        return answer(model)
      })
      model.asked++
      model.last = turn
        .catch(() => {
          // The caller gets the error from `turn`; the next question loads a model that has lost its weights anew.
          if (model.session.isClosed) this.kept = this.kept.filter((each) => each !== model)
        })
        .finally(() => model.asked--)
      return { answered: turn }
    })
    return answered
  }

  /** Runs what changes the list of models, one at a time. */
  private alone<T>(run: () => Promise<T>): Promise<T> {
    const result = this.loading.then(run)
    this.loading = result.catch(() => undefined)
    return result
  }

  private async modelOf(asked: AnsweredWith['of'], dtype: AnsweredWith['dtype']): Promise<KeptModel> {
    const keyFor = async (found: StoredCheckpoint | null): Promise<string> =>
      `${dtype} ${await keyOf(asked, found)}`
    const askedKey = await keyFor(await lastOf(asked))
    const known = this.kept.find((each) => each.key === askedKey || each.askedKey === askedKey)
    const model = known ?? (await this.wholeModelOf(asked, dtype, keyFor))
    model.askedKey = askedKey
    this.kept = [...this.kept.filter((each) => each !== model), model]
    return model
  }

  /** The model of the last checkpoint that is whole, which may be loaded where the last one is torn. */
  private async wholeModelOf(
    asked: AnsweredWith['of'],
    dtype: AnsweredWith['dtype'],
    keyFor: (found: StoredCheckpoint) => Promise<string>,
  ): Promise<KeptModel> {
    this.beforeLoading()
    const tensorflow = await openBesideRuns(asked)
    const found = await wholeOf(asked)
    const key = await keyFor(found)
    const known = this.kept.find((each) => each.key === key)
    if (known !== undefined) return known
    await this.makeRoom()
    const { meta, tensors } = await loadModel(found.dir, found.step)
    const config = meta.model_config
    const session = new GenerationSession(tensorflow, { model: config, dtype }, tensors)
    return { ...found, config, session, key, askedKey: key, last: Promise.resolve(), asked: 0 }
  }

  /** Puts models away until there is room for another: of those that are not answering the oldest, else the oldest. */
  private async makeRoom(): Promise<void> {
    while (this.kept.length >= MOST_KEPT) {
      const leaving = this.kept.find(({ asked }) => asked === 0) ?? this.kept[0]
      if (leaving === undefined) return
      this.kept = this.kept.filter((each) => each !== leaving)
      await dispose(leaving)
    }
  }

  private async followerFor(dir: string | null): Promise<(() => Follow) | undefined> {
    if (dir === null) return undefined
    return withCalculator(await this.tokenizers.of(dir))
  }
}

async function dispose({ session, last }: KeptModel): Promise<void> {
  await last
  session.dispose()
}

function whoAnswered({ dir, step }: KeptModel): AskedOf {
  return { dir, step }
}

async function answersOf(
  model: KeptModel,
  { prompt, options }: GenerateQuestion,
  { tell, signal }: TellingContext<GenerateEvent>,
  follow: (() => Follow) | undefined,
): Promise<Omit<GenerateResult, keyof AskedOf>> {
  const { session } = model
  const { sequence_len: sequenceLen } = session.model
  const fitted = fitPrompt(prompt, options.maxTokens, reachOf(session.model))
  const answers = Array.from({ length: options.samples }, (): Answer => {
    return { ids: [], forced: [], stopped: 'limit' }
  })
  const { ids, dropped, maxTokens } = fitted
  tell({ type: 'fitted', kept: ids.length, dropped, maxTokens, sequenceLen, ...whoAnswered(model) })
  let firstLogits = new Float32Array()
  let began = NaN
  for await (const told of generate(session, ids, { ...options, maxTokens }, signal, follow)) {
    if (told.type === 'logits') {
      firstLogits = Float32Array.from(told.logits)
      began = performance.now()
      continue
    }
    const answer = answers[told.sample]
    if (told.type === 'stopped' && answer) answer.stopped = told.stopped
    if (told.type === 'token') {
      answer?.ids.push(told.id)
      answer?.forced.push(told.forced)
    }
    tell(told)
  }
  const tokens = answers.reduce((sum, answer) => sum + answer.ids.length, 0)
  return {
    answers,
    firstLogits,
    kept: ids.length,
    dropped,
    tokPerSec: tokens / ((performance.now() - began) / 1000),
  }
}

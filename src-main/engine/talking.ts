/**
 * Talks: makes ids of a conversation or a text, has them answered (answering.ts), and tells each token with its text. The
 * tokenizer is read where the model is, so that the main process encodes nothing.
 */
import { RoleReader } from '../packing/token-roles'
import type { CallContext, TellingContext } from '../threads/calls'
import { type Prompt, promptOfMessages } from '../tokenizer/prompt'
import { contentOf, SpokenReader } from '../tokenizer/spoken'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { Answering } from './answering'
import type { KeptTokenizer } from './kept-tokenizer'
import type {
  TalkEvent,
  TalkPrompt,
  TalkPromptQuestion,
  TalkPromptView,
  TalkQuestion,
  TalkResult,
  TalkToken,
} from './talk-calls'
import type { GenerateEvent } from './trainer-calls'

export class Talking {
  constructor(
    private readonly answering: Pick<Answering, 'generate'>,
    private readonly tokenizers: KeptTokenizer,
  ) {}

  /** @throws MidbenchError `conversation.invalid`; what reading the tokenizer, and {@link Answering.generate}, throw */
  async answer(question: TalkQuestion, context: TellingContext<TalkEvent>): Promise<TalkResult> {
    const { of, dtype, tokenizerDir, begin, options, calculator } = question
    const tokenizer = await this.tokenizers.of(tokenizerDir)
    const { ids } = promptIds(tokenizer, question.prompt)
    const begun = typeof begin === 'string' ? [...tokenizer.encodeOrdinary(begin)] : [...begin]
    const { specials, vocabSize } = tokenizer
    const teller = new Teller(tokenizer, { dtype, begun, samples: options.samples }, context.tell)
    const result = await this.answering.generate(
      {
        of,
        dtype,
        vocabSize,
        prompt: Int32Array.from([...ids, ...begun]),
        options: {
          ...options,
          begun,
          stop: { end: specials['<|assistant_end|>'], bos: specials['<|bos|>'] },
        },
        calculatorOf: calculator ? tokenizerDir : null,
      },
      { ...context, tell: (event) => teller.tell(event) },
    )
    const answers = result.answers.map(({ ids: said, stopped }) => {
      return { ids: said, stopped, content: contentOf(tokenizer, [...begun, ...said]) }
    })
    return { answers, tokPerSec: result.tokPerSec }
  }

  /** @throws MidbenchError `conversation.invalid`; what reading the tokenizer throws */
  async prompt(
    { prompt, tokenizerDir }: TalkPromptQuestion,
    { signal }: CallContext,
  ): Promise<TalkPromptView> {
    const tokenizer = await this.tokenizers.of(tokenizerDir)
    signal.throwIfAborted()
    const { ids, message } = promptIds(tokenizer, prompt)
    const roles = new Uint8Array(ids.length)
    const mask = new Uint8Array(ids.length)
    new RoleReader(tokenizer).read(ids, roles, mask)
    const pieces = Array.from(ids, (id) => tokenizer.piece(id))
    return { ids, pieces, roles, mask, message, tokenizer: tokenizer.fingerprint }
  }
}

/** Puts the engine's events into words, sample by sample. */
class Teller {
  private readonly readers: SpokenReader[]

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly asked: Pick<TalkQuestion, 'dtype'> & { begun: readonly number[]; samples: number },
    private readonly pass: (event: TalkEvent) => void,
  ) {
    this.readers = Array.from({ length: asked.samples }, () => new SpokenReader(tokenizer))
    for (const reader of this.readers) for (const id of asked.begun) reader.read(id)
  }

  tell(event: GenerateEvent): void {
    if (event.type === 'fitted') {
      const { kept, dropped, maxTokens: max_tokens, sequenceLen: sequence_len, dir, step } = event
      const read = { kept, dropped, max_tokens, sequence_len, begun: this.begunTokens() }
      const by = { dir, step, dtype: this.asked.dtype, tokenizer: this.tokenizer.fingerprint }
      this.pass({ type: 'fitted', fitted: { ...read, ...by } })
      return
    }
    const { sample } = event
    const reader = this.readers[sample]
    if (reader === undefined) return
    if (event.type === 'stopped') this.pass({ ...event, text: reader.rest() })
    else this.pass({ type: 'token', sample, token: this.token(event, reader) })
  }

  private token(
    { id, forced, chance }: Omit<Extract<GenerateEvent, { type: 'token' }>, 'type' | 'sample'>,
    reader: SpokenReader,
  ): TalkToken {
    const { probability = null, rank = null, alternatives = [] } = chance ?? {}
    const others = alternatives.map((each) => ({ ...each, piece: this.tokenizer.piece(each.id) }))
    return { id, ...reader.read(id), forced, probability, rank, alternatives: others }
  }

  private begunTokens(): TalkToken[] {
    const reader = new SpokenReader(this.tokenizer)
    return this.asked.begun.map((id) => this.token({ id, forced: false, chance: null }, reader))
  }
}

/** The ids of a prompt, and the message that each belongs to. @throws MidbenchError `conversation.invalid` */
function promptIds(tokenizer: Tokenizer, prompt: TalkPrompt): Prompt {
  switch (prompt.as) {
    case 'ids':
      return { ids: Int32Array.from(prompt.ids), message: prompt.ids.map(() => -1) }
    case 'text': {
      const ids = Int32Array.from([tokenizer.specials['<|bos|>'], ...tokenizer.encodeOrdinary(prompt.text)])
      return { ids, message: Array.from(ids, () => -1) }
    }
    case 'conversation':
      return promptOfMessages(tokenizer, prompt.messages)
  }
}

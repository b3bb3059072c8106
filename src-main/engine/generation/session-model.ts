/** An open session as measuring asks it (evaluation/measure.ts): letters by their logits, words greedily. */
import type { AnsweringModel } from '../../evaluation/measure'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import { answerPrompts } from './answers'
import { withCalculator } from './calculator-tokens'
import { categoricalLogits } from './categorical'
import type { GenerationSession } from './generation-session'

/** @param signal ends what is asked, between two tokens */
export function sessionModel(
  session: GenerationSession,
  tokenizer: Tokenizer,
  signal: AbortSignal,
): AnsweringModel {
  const { specials } = tokenizer
  const stop = { end: specials['<|assistant_end|>'], bos: specials['<|bos|>'] }
  const follow = withCalculator(tokenizer)
  return {
    letterLogits(prompts, choices) {
      const question = { prompts, choices, padding: stop.bos }
      return categoricalLogits(session, question, { signal, progress: () => undefined })
    },
    answers: (prompts, maxTokens) => answerPrompts(session, { prompts, maxTokens, stop }, signal, follow),
  }
}

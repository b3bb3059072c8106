/** A generation session as measuring asks it (evaluation/measure.ts): greedy answers, with the calculator. */
import type { AnsweringModel } from '../../evaluation/measure'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import { answerPrompts } from '../generation/answers'
import { withCalculator } from '../generation/calculator-tokens'
import { categoricalLogits } from '../generation/categorical'
import type { GenerationSession } from '../generation/generation-session'

/** @param signal interrupts an answer, between two tokens */
export function sessionModel(
  session: GenerationSession,
  tokenizer: Tokenizer,
  signal: AbortSignal,
): AnsweringModel {
  const { specials } = tokenizer
  const stop = { end: specials['<|assistant_end|>'], bos: specials['<|bos|>'] }
  return {
    letterLogits: (prompts, choices) =>
      categoricalLogits(
        session,
        { prompts, choices, padding: stop.bos },
        { signal, progress: () => undefined },
      ),
    answers: (prompts, maxTokens) =>
      answerPrompts(session, { prompts, maxTokens, stop }, signal, withCalculator(tokenizer)),
  }
}

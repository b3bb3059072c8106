/**
 * The calculator in an answer: where the model closes an expression between the python tokens, its result is forced in
 * between the output tokens, as nanochat's engine does (docs/REFERENCE.md, "Talking"). Without a result nothing is.
 */
import { calculate } from '../../evaluation/calculator'
import type { Tokenizer } from '../../tokenizer/tokenizer'
import type { Follow } from './generate'

/** Makes a follower for each sample of an answer. */
export function withCalculator(tokenizer: Tokenizer): () => Follow {
  const { specials } = tokenizer
  return () => {
    let expression: number[] | null = null
    return (id) => {
      if (id === specials['<|python_start|>']) expression = []
      else if (id !== specials['<|python_end|>']) expression?.push(id)
      else if (expression !== null) {
        const asked = expression
        expression = null
        return resultOf(tokenizer, asked)
      }
      return []
    }
  }
}

function resultOf(tokenizer: Tokenizer, expression: readonly number[]): number[] {
  const result = expression.length === 0 ? null : calculate(tokenizer.decode(expression))
  if (result === null) return []
  const { specials } = tokenizer
  return [specials['<|output_start|>'], ...tokenizer.encodeOrdinary(result), specials['<|output_end|>']]
}

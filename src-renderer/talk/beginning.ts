/** What a model goes on from, where it says more than it said. */
import { answerContent, type Answer } from './conversation'

/** Whether a model can say more: where it did not end by itself, or a person wrote the beginning as plain text. */
export function canContinue(answer: Answer): boolean {
  if (answer.written !== null) return answer.written !== '' && typeof answerContent(answer) === 'string'
  return answer.stopped !== 'end' && answer.tokens.length > 0
}

/** The beginning as it is asked for: the very ids where the model said it. */
export function beginningOf(answer: Answer): number[] | string {
  if (answer.written === null) return answer.tokens.map(({ id }) => id)
  return answer.written
}

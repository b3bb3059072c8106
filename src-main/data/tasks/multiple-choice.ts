/** A multiple-choice question as a conversation, in the reference's one form for all of them (docs/REFERENCE.md §1). */
import type { Conversation } from '../conversation.schema'

const BEGIN = 'Multiple Choice question: '

/**
 * @param letters one for each choice, in the same order
 * @param answer the right choice's letter
 */
export function multipleChoice(
  question: string,
  letters: readonly string[],
  choices: readonly string[],
  answer: string,
): Conversation {
  // The letter follows its choice, without a space: the answer is then the same token as in the prompt.
  const list = choices.map((choice, i) => `- ${choice}=${letters[i] ?? ''}\n`).join('')
  const prompt = `${BEGIN}${question}\n${list}\nRespond only with the letter of the correct answer.`
  return {
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: answer },
    ],
  }
}

/** The question alone out of such a prompt; any other text unchanged. */
export function questionOf(prompt: string): string {
  if (!prompt.startsWith(BEGIN)) return prompt
  const lines = prompt.slice(BEGIN.length).split('\n')
  const firstChoice = lines.findIndex((line) => /^- .*=\w+$/.test(line))
  return lines.slice(0, firstChoice < 0 ? lines.length : firstChoice).join('\n')
}

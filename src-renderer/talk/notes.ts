/** What is to be said about an answer, or about the model that gives it. */
import type { ModelView, TalkFitted } from '../api/types'
import { count, integer, significant } from '../format/number'
import type { Stopped, Take } from './conversation'

/** What of the prompt was left out, and from which end, or that it is longer than anything the model has seen. */
export function promptNote({ kept, dropped, sequence_len }: TalkFitted): string | null {
  if (dropped > 0) {
    return `${count(dropped, 'token')} at the beginning of the prompt ${dropped === 1 ? 'was' : 'were'} left out: the model read the last ${integer(kept)}.`
  }
  if (kept <= sequence_len) return null
  return `The prompt has ${count(kept, 'token')}; the model was trained on texts of at most ${integer(sequence_len)}.`
}

/** Why an answer ended; empty where that needs no words. */
export function endText(stopped: Stopped | null): string {
  switch (stopped) {
    case null:
    case 'end':
      return ''
    case 'bos':
      return 'began another text'
    case 'limit':
      return 'limit of tokens'
    case 'cancelled':
      return 'stopped'
  }
}

/** What a model's answers are to be read with; null for one that was taught to chat. */
export function chatNote({ chats }: Pick<ModelView, 'chats'>, raw: boolean): string | null {
  if (chats !== 'no' || raw) return null
  return 'This base model was never taught to chat: chat tokens mean little to it, and it goes on with a text.'
}

/** How much was said, how fast, and by which seed. */
export function figuresText({ answers, tokPerSec, sampling }: Take): string {
  const tokens = answers.reduce((sum, answer) => sum + answer.tokens.length, 0)
  const parts = [count(tokens, 'token')]
  if (tokPerSec !== null && Number.isFinite(tokPerSec)) parts.push(`${significant(tokPerSec)} tokens/s`)
  if (sampling.temperature > 0) parts.push(`seed ${sampling.seed}`)
  return parts.join(' · ')
}

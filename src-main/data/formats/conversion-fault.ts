/** Why a row in a known format is no conversation of ours. Rows are counted by these reasons, never half converted. */
import { RowFault } from '../tasks/row-fault'

/** In the words of a count: `12 with calls of tools`. */
export const REASONS = {
  'not-json': 'that are not JSON',
  'other-format': 'in another format',
  'tool-calls': 'with calls of tools',
  media: 'with images or other media',
  reasoning: 'with reasoning beside the answer',
  weight: 'with messages that are not to be trained on',
  role: 'with unknown roles',
  turns: 'whose roles do not take turns',
  content: 'with content that is no text',
  empty: 'without a question and an answer',
  last: 'whose last message is not the assistant’s',
} as const

export type Reason = keyof typeof REASONS

/** A row that cannot be converted; the message says why. */
export class ConversionFault extends RowFault {
  /** @param at number of the message at fault, from 0; null where it is the row */
  constructor(
    readonly reason: Reason,
    message: string,
    readonly at: number | null = null,
  ) {
    super(message)
  }
}

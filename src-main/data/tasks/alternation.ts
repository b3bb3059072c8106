/** The rule that messages alternate user, assistant, … (docs/REFERENCE.md §1), which tasks check when reading a row. */
import { RowFault } from './row-fault'

/** The role that a message must have, counted from 0 after a leading system message. */
export function dueRole(index: number): 'user' | 'assistant' {
  return index % 2 === 0 ? 'user' : 'assistant'
}

/** @throws RowFault naming the first message with the wrong role. */
export function checkAlternation(messages: readonly { role: string }[], first = 0): void {
  messages.slice(first).forEach((message, i) => {
    const due = dueRole(i)
    if (message.role !== due) {
      throw new RowFault(`message ${String(first + i)} has the role ${message.role} where ${due} is due`)
    }
  })
}

/**
 * A batch's figures by task, with the repeats of an entry added up: they have one colour and are one thing to a person.
 */
import type { TaskShare } from '../api/types'

export interface ColourShare extends TaskShare {
  colour: number
}

/** Tasks that occur in the batch, by colour, the repeats of an entry under its first task. */
export function byColour(shares: readonly TaskShare[], colourOfTask: readonly number[]): ColourShare[] {
  const sums = new Map<number, ColourShare>()
  for (const share of shares) {
    if (share.conversations === 0) continue
    const colour = colourOfTask[share.task] ?? share.task
    const sum = sums.get(colour)
    if (!sum) sums.set(colour, { ...share, colour })
    else {
      sum.conversations += share.conversations
      sum.used += share.used
      sum.cropped += share.cropped
      sum.cropped_conversations += share.cropped_conversations
    }
  }
  return [...sums.values()].sort((a, b) => a.colour - b.colour)
}

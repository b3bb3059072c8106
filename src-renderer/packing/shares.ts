/**
 * A batch's and the epoch's figures by task, with the repeats of an entry added up: they have one colour and are one thing to a person.
 */
import type { PlanView, TaskShare } from '../api/types'

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

/** One task over the whole epoch. */
export interface EpochShare {
  /** Its first task in the mixture's list. */
  task: number
  colour: number
  conversations: number
  used: number
  cropped: number
  cropped_conversations: number
  never_trained: number
  longer_than_row: number
  /** Ids that rendering cut off before packing. */
  cut: number
}

/** Every task of the plan, by colour, the repeats of an entry under its first task. */
export function epochByColour(plan: PlanView, colourOfTask: readonly number[]): EpochShare[] {
  const sums = new Map<number, EpochShare>()
  for (const task of plan.per_task) {
    const colour = colourOfTask[task.task] ?? task.task
    const sum = sums.get(colour) ?? { ...NOTHING, task: task.task, colour }
    sum.conversations += task.conversations
    sum.used += task.tokens_used
    sum.cropped += task.tokens_cropped
    sum.cropped_conversations += task.conversations_cropped
    sum.never_trained += task.conversations_never_trained
    sum.longer_than_row += task.conversations_longer_than_row
    sum.cut += task.tokens_cut_by_rendering
    sums.set(colour, sum)
  }
  return [...sums.values()].sort((a, b) => a.colour - b.colour)
}

const NOTHING = {
  conversations: 0,
  used: 0,
  cropped: 0,
  cropped_conversations: 0,
  never_trained: 0,
  longer_than_row: 0,
  cut: 0,
}

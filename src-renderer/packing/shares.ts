/**
 * A batch's and the epoch's figures by task. The repeats of an entry are added up, since they have one colour and a
 * person sees them as one.
 */
import { addedUp } from '../../src-main/contract/contract'
import type { PlanView, TaskShare } from '../api/types'
import { supervisionIn } from '../mixture/supervision'

export interface ColourShare extends TaskShare {
  colour: number
}

/** Tasks that occur in the batch, by colour. The repeats of an entry count under its first task. */
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
  /** Token ids that rendering cut off before packing. */
  cut: number
  /** Supervised tokens that are trained on, and those that are cut off, cropped or never trained. */
  supervised: number
  supervised_lost: number
}

/** Every task of the plan, by colour. The repeats of an entry count under its first task. */
export function epochByColour(plan: PlanView, colourOfTask: readonly number[]): EpochShare[] {
  const sums = addedUp(plan.per_task, ({ task }) => colourOfTask[task] ?? task)
  const shares = [...sums].map(([colour, sum]): EpochShare => ({
    task: sum.task,
    colour,
    conversations: sum.conversations,
    used: sum.tokens_used,
    cropped: sum.tokens_cropped,
    cropped_conversations: sum.conversations_cropped,
    never_trained: sum.conversations_never_trained,
    longer_than_row: sum.conversations_longer_than_row,
    cut: sum.tokens_cut_by_rendering,
    supervised: sum.supervised_used,
    supervised_lost: supervisionIn(sum).lost,
  }))
  return shares.sort((a, b) => a.colour - b.colour)
}

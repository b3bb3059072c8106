/** A plan as the window and the command line show it. */
import type { TaskInfo } from '../data/mixture'
import type { EpochPlan } from './plan'
import type { Totals } from './plan-totals'

/** Conversations and tokens, of one task or of all. */
export interface TotalsView {
  conversations: number
  tokens: number
  conversations_placed: number
  /** Of them, those placed a second time, as the next pass begins before this one ends. */
  conversations_placed_again: number
  conversations_cropped: number
  conversations_never_trained: number
  conversations_longer_than_row: number
  /** Ids of the longest conversation. */
  longest: number
  /** Conversations that rendering cuts at 2048 ids, and the ids that it cuts off, which `tokens` does not hold. */
  conversations_cut_by_rendering: number
  tokens_cut_by_rendering: number
  tokens_used: number
  tokens_cropped: number
  tokens_never_trained: number
}

export interface PlanView extends TotalsView {
  packing: string
  seq_len: number
  batch_size: number
  buffer_size: number
  rank: number
  world_size: number
  batches_per_step: number
  /** Optimizer steps. */
  steps: number
  batches: number
  /** Batches of the epoch after its last complete step. */
  batches_left_over: number
  rows: number
  tokens_padded: number
  /** Used / all positions of the rows, 0 to 1. */
  utilisation: number
  per_task: (TotalsView & { task: number; name: string })[]
  /** Along the batches, thinned to at most 2000 points of `batches_per_point` batches each (the last may have fewer). */
  curve: { batches_per_point: number; used: number[]; cropped: number[]; padded: number[] }
}

const MOST_POINTS = 2000

/** @param tasks the mixture's tasks, for their names */
export function viewPlan(plan: EpochPlan, tasks: readonly Pick<TaskInfo, 'index' | 'label'>[]): PlanView {
  const { options, totals } = plan
  const batchesPerPoint = Math.max(1, Math.ceil(plan.batches / MOST_POINTS))
  return {
    packing: options.packing,
    seq_len: options.seqLen,
    batch_size: options.batchSize,
    buffer_size: options.bufferSize,
    rank: options.rank,
    world_size: options.worldSize,
    batches_per_step: options.batchesPerStep,
    steps: plan.steps,
    batches: plan.batches,
    batches_left_over: plan.leftOver,
    rows: totals.rows,
    ...viewTotals(totals.all),
    tokens_padded: totals.padded,
    utilisation: totals.utilisation,
    per_task: totals.perTask.map((task, i) => ({
      task: i,
      name: tasks[i]?.label ?? String(i),
      ...viewTotals(task),
    })),
    curve: {
      batches_per_point: batchesPerPoint,
      used: sumsOf(plan.curve.used, batchesPerPoint),
      cropped: sumsOf(plan.curve.cropped, batchesPerPoint),
      padded: sumsOf(plan.curve.padded, batchesPerPoint),
    },
  }
}

function viewTotals(totals: Totals): TotalsView {
  return {
    conversations: totals.conversations,
    tokens: totals.tokens,
    conversations_placed: totals.placed,
    conversations_placed_again: totals.placedAgain,
    conversations_cropped: totals.conversationsCropped,
    conversations_never_trained: totals.neverTrained,
    conversations_longer_than_row: totals.longerThanRow,
    longest: totals.longest,
    conversations_cut_by_rendering: totals.conversationsCut,
    tokens_cut_by_rendering: totals.tokensCut,
    tokens_used: totals.used,
    tokens_cropped: totals.cropped,
    tokens_never_trained: totals.tokensNeverTrained,
  }
}

/** Sums of `each` numbers at a time. */
function sumsOf(numbers: readonly number[], each: number): number[] {
  const sums: number[] = []
  numbers.forEach((n, i) => {
    if (i % each === 0) sums.push(0)
    sums[sums.length - 1] = (sums.at(-1) ?? 0) + n
  })
  return sums
}

/** A plan as the window and the command line show it. */
import type { TaskInfo } from '../data/mixture'
import type { EpochPlan } from './plan'
import type { Totals } from './plan-totals'
import type { PlanView, Totals as TotalsView } from './plan.schema'

const MOST_POINTS = 2000

/** @param tasks the mixture's tasks, for their names */
export function viewPlan(
  plan: EpochPlan,
  tasks: readonly Pick<TaskInfo, 'index' | 'label' | 'excluded'>[],
): PlanView {
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
    conversations_excluded: tasks.reduce((sum, { excluded }) => sum + excluded, 0),
    tokens_padded: totals.padded,
    utilisation: totals.utilisation,
    per_task: totals.perTask.map((task, i) => ({
      task: i,
      name: tasks[i]?.label ?? String(i),
      ...viewTotals(task),
      conversations_excluded: tasks[i]?.excluded ?? 0,
    })),
    curve: {
      batches_per_point: batchesPerPoint,
      used: sumsOf(plan.curve.used, batchesPerPoint),
      cropped: sumsOf(plan.curve.cropped, batchesPerPoint),
      padded: sumsOf(plan.curve.padded, batchesPerPoint),
    },
    targets: viewTargets(plan),
    buffer: viewBuffer(plan),
  }
}

function viewTargets({ options, totals: { targets } }: EpochPlan): PlanView['targets'] {
  return {
    loss: options.loss ?? 'all',
    rows_without: targets.rowsWithout,
    rows_with_few: targets.rowsFew,
    batches_without: targets.batchesWithout,
    batches_with_few: targets.batchesFew,
    first_batch_without: targets.firstWithout,
    first_batch_with_row_without: targets.firstRowWithout,
    per_row: targets.perRow?.slice() ?? null,
  }
}

function viewBuffer({ buffer, batches }: EpochPlan): PlanView['buffer'] {
  const notes = buffer.notes.slice(0, Math.ceil(batches / buffer.distance))
  return {
    batches_per_point: buffer.distance,
    oldest: notes.map(({ oldest }) => oldest),
    mean_age: notes.map(({ mean }) => mean),
    too_long: notes.map(({ tooLong }) => tooLong),
  }
}

function viewTotals(totals: Totals): Omit<TotalsView, 'conversations_excluded'> {
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
    supervised: totals.supervised,
    supervised_used: totals.supervisedUsed,
    supervised_cropped: totals.supervisedCropped,
    supervised_never_trained: totals.supervisedNeverTrained,
    supervised_cut_by_rendering: totals.supervisedCut,
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

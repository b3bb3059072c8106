/**
 * An epoch that several ranks share, planned without training: each rank reads every N-th conversation and packs what it
 * reads, as the loader does. The first rank whose epoch ends, ends it for all (the script reduces last_step by its
 * maximum), so that every rank is planned twice: for its own steps, then for the steps of the shortest.
 *
 * It costs about two plans of one rank, whatever the number of ranks, and 8 bytes a step and rank.
 */
import { EpochPlan } from './plan'
import type { PackingOptions, PlanInput, PlanOptions } from './types'

/** What becomes of the conversations of one rank. */
export interface RankShare {
  /** Conversations that it reads in one pass. */
  conversations: number
  /** Steps that its own epoch would have. */
  own_steps: number
  tokens_used: number
  tokens_cropped: number
  conversations_never_trained: number
  tokens_never_trained: number
  /** Supervised tokens in the rows that are trained. */
  supervised_used: number
}

export interface RankPlans {
  ranks: number
  /** Micro-batches of a rank in a step. */
  batches_per_step: number
  /** Steps of all. */
  steps: number
  /** Rows that each rank trains. */
  rows_per_rank: number
  by_rank: RankShare[]
  /**
   * How far ranks differ in the targets of a step: the standard deviation over ranks by the mean, in the mean over steps
   * and in the worst step. Gradients of ranks are averaged as equals, whatever each has. Null where that is not known.
   */
  target_spread: { mean: number; worst: number } | null
}

/** The options of the run, without rank and world size. */
export type SharedPlanOptions = Omit<PackingOptions, 'rank' | 'worldSize'> &
  Pick<PlanOptions, 'loss' | 'batchesPerStep'>

/** Yields the share done, 0 to 1. @param steps the number asked for; null: the epoch */
export function* planRanks(
  input: PlanInput,
  options: SharedPlanOptions,
  ranks: number,
  steps: number | null,
): Generator<number, RankPlans, void> {
  const planOf = (rank: number, totalBatches?: number): EpochPlan =>
    new EpochPlan(input, {
      ...{ ...options, rank, worldSize: ranks },
      ...(totalBatches !== undefined && { totalBatches }),
    })
  const own: number[] = []
  for (let rank = 0; rank < ranks; rank++) {
    const plan = planOf(rank, steps === null ? undefined : steps * options.batchesPerStep)
    yield* walked(plan, rank, 2 * ranks)
    own.push(plan.steps)
  }
  const all = Math.min(...own)
  const spread = new Spread(all)
  const byRank: RankShare[] = []
  for (let rank = 0; rank < ranks; rank++) {
    if (all === 0) break
    const plan = planOf(rank, all * options.batchesPerStep)
    yield* walked(plan, ranks + rank, 2 * ranks)
    byRank.push(shareOf(plan, own[rank] ?? 0))
    spread.add(plan.totals.targets.perRow, options.batchSize * options.batchesPerStep)
  }
  return {
    ...{ ranks, batches_per_step: options.batchesPerStep, steps: all, by_rank: byRank },
    rows_per_rank: all * options.batchesPerStep * options.batchSize,
    target_spread: spread.result(),
  }
}

/** The ranks of a config that can take steps of `total_batch_size` tokens; the micro-batches of each in a step. */
export function batchesPerStepOf(
  {
    total_batch_size: total,
    device_batch_size: rows,
    max_seq_len: length,
  }: Record<'total_batch_size' | 'device_batch_size' | 'max_seq_len', number>,
  ranks: number,
): number | null {
  const batches = total / (rows * length * ranks)
  return Number.isInteger(batches) ? batches : null
}

function* walked(plan: EpochPlan, before: number, total: number): Generator<number, void, void> {
  for (const share of plan.walk()) yield (before + share) / total
}

function shareOf({ totals: { all } }: EpochPlan, ownSteps: number): RankShare {
  return {
    conversations: all.conversations,
    own_steps: ownSteps,
    tokens_used: all.used,
    tokens_cropped: all.cropped,
    conversations_never_trained: all.neverTrained,
    tokens_never_trained: all.tokensNeverTrained,
    supervised_used: all.supervisedUsed,
  }
}

/** Sums of targets by step over ranks, and of their squares. */
class Spread {
  private readonly sums: Float64Array
  private readonly squares: Float64Array
  private ranks = 0
  private isKnown = true

  constructor(private readonly steps: number) {
    this.sums = new Float64Array(steps)
    this.squares = new Float64Array(steps)
  }

  /** @param perRow [rows] targets of a rank's rows, in order; null where they were too many to keep */
  add(perRow: Int32Array | null, rowsPerStep: number): void {
    this.ranks++
    if (perRow === null) this.isKnown = false
    for (let step = 0; step < this.steps && perRow !== null; step++) {
      let targets = 0
      for (let row = step * rowsPerStep; row < (step + 1) * rowsPerStep; row++) targets += perRow[row] ?? 0
      this.sums[step] = (this.sums[step] ?? 0) + targets
      this.squares[step] = (this.squares[step] ?? 0) + targets ** 2
    }
  }

  result(): RankPlans['target_spread'] {
    if (!this.isKnown || this.steps === 0) return null
    let [sum, worst] = [0, 0]
    for (let step = 0; step < this.steps; step++) {
      const mean = (this.sums[step] ?? 0) / this.ranks
      const variance = Math.max(0, (this.squares[step] ?? 0) / this.ranks - mean ** 2)
      const spread = mean === 0 ? 0 : Math.sqrt(variance) / mean
      sum += spread
      worst = Math.max(worst, spread)
    }
    return { mean: sum / this.steps, worst }
  }
}

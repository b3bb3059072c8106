/**
 * Several packings of the same conversations side by side: policies, row lengths, buffer sizes. Every variant is
 * planned over one whole pass, to its last batch, so that only packing makes figures differ.
 */
import { EpochPlan } from './plan'
import type { LossKind } from './loss-kinds.schema'
import type { Comparison, PackingVariant } from './plan.schema'
import type { PlanInput } from './types'

/**
 * Plans one variant, yielding the share done, 0 to 1, and returning its row of the table.
 * @param tokensPerStep tokens of an optimizer step, the same for all variants
 * @param loss which targets count
 */
export function* compareVariant(
  input: PlanInput,
  variant: PackingVariant,
  tokensPerStep: number,
  loss: LossKind = 'all',
): Generator<number, Comparison, void> {
  const plan = new EpochPlan(input, {
    packing: variant.packing,
    seqLen: variant.seq_len,
    batchSize: variant.batch_size,
    bufferSize: variant.buffer_size,
    rank: 0,
    worldSize: 1,
    batchesPerStep: 1,
    loss,
  })
  yield* plan.walk()
  const { all, padded, rows, utilisation, targets } = plan.totals
  return {
    ...variant,
    batches: plan.batches,
    rows,
    steps: Math.floor((rows * variant.seq_len) / tokensPerStep),
    tokens_used: all.used,
    tokens_cropped: all.cropped,
    tokens_padded: padded,
    utilisation,
    loss_by_cropping: all.cropped === 0 ? 0 : all.cropped / (all.used + all.cropped),
    conversations_cropped: all.conversationsCropped,
    conversations_longer_than_row: all.longerThanRow,
    conversations_never_trained: all.neverTrained,
    supervised: all.supervised,
    supervised_used: all.supervisedUsed,
    supervised_cropped: all.supervisedCropped,
    supervised_never_trained: all.supervisedNeverTrained,
    supervised_cut_by_rendering: all.supervisedCut,
    rows_without_targets: targets.rowsWithout,
    batches_without_targets: targets.batchesWithout,
  }
}

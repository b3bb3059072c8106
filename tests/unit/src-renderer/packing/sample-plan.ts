/** A plan of four batches in two steps, of two tasks, small enough to check by hand. */
import type { PlanView } from '../../../../src-renderer/api/types'

const totals = {
  conversations: 10,
  tokens: 60,
  conversations_placed: 9,
  conversations_placed_again: 0,
  conversations_cropped: 2,
  conversations_never_trained: 1,
  conversations_longer_than_row: 0,
  longest: 12,
  conversations_cut_by_rendering: 0,
  tokens_cut_by_rendering: 0,
  tokens_used: 46,
  tokens_cropped: 8,
  tokens_never_trained: 6,
  conversations_excluded: 0,
  supervised: 30,
  supervised_used: 22,
  supervised_cropped: 5,
  supervised_never_trained: 3,
  supervised_cut_by_rendering: 0,
}

export function samplePlan(over: Partial<PlanView> = {}): PlanView {
  return {
    ...totals,
    packing: 'bestfit-crop',
    rank: 0,
    world_size: 1,
    seq_len: 6,
    batch_size: 2,
    buffer_size: 100,
    batches_per_step: 2,
    steps: 2,
    batches: 4,
    batches_left_over: 1,
    rows: 8,
    tokens_padded: 10,
    utilisation: 46 / 56,
    per_task: [
      { ...totals, task: 0, name: 'CustomJSON' },
      { ...totals, task: 1, name: 'GSM8K', conversations: 4, conversations_longer_than_row: 3 },
      { ...totals, task: 2, name: 'GSM8K' },
    ],
    curve: { batches_per_point: 1, used: [14, 14, 7, 11], cropped: [0, 2, 0, 6], padded: [0, 0, 7, 3] },
    targets: {
      loss: 'all',
      rows_without: 0,
      rows_with_few: 0,
      batches_without: 0,
      batches_with_few: 0,
      first_batch_without: null,
      first_batch_with_row_without: null,
      per_row: Int32Array.of(6, 6, 6, 6, 6, 1, 6, 4),
    },
    buffer: {
      batches_per_point: 1,
      oldest: [0, 1, 2, 3],
      mean_age: [0, 0.5, 1, 1.5],
      too_long: [0, 0, 0, 0],
    },
    ...over,
  }
}

/**
 * A batch small enough to check by hand: two rows of seven tokens, two conversations of two tasks, one of them cropped,
 * and padding at the end of the second row.
 *
 *   row 0: [bos u a] [bos u a a+]     the second lost 3 tokens
 *   row 1: [bos u a a a] pad pad
 */
import type { BatchView } from '../../../../src-renderer/api/types'

export const BOS = 9

export function sampleBatch(): BatchView {
  const structure = 0
  const user = 1
  const assistant = 2
  const pad = 5
  return {
    split: 'train',
    batch: 3,
    rows: 2,
    seq_len: 6,
    ids: Int32Array.from([BOS, 1, 2, BOS, 1, 2, 3, BOS, 1, 2, 2, 3, BOS, BOS]),
    mask: Uint8Array.from([0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0]),
    roles: Uint8Array.from([
      structure, user, assistant, structure, user, assistant, assistant,
      structure, user, assistant, assistant, assistant, pad, pad,
    ]), // prettier-ignore
    spans: [
      { row: 1, offset: 0, length: 5, cropped: 0, conversation: 12, task: 0, taskRow: 4 },
      { row: 0, offset: 3, length: 4, cropped: 3, conversation: 11, task: 1, taskRow: 7 },
      { row: 0, offset: 0, length: 3, cropped: 0, conversation: 10, task: 0, taskRow: 2 },
    ],
    pad_from: [7, 5],
    loss: 'all',
    targets: Int32Array.of(6, 4),
    vocabulary: [
      { id: BOS, text: '<|bos|>', bytes: 0 },
      { id: 1, text: ' a\n', bytes: 3 },
      { id: 2, text: 'b', bytes: 1 },
      { id: 3, text: 'c', bytes: 1 },
    ],
    tokens_used: 12,
    tokens_cropped: 3,
    tokens_padded: 2,
    per_task: [],
    epoch: 1,
    progress: 0.1,
    last_step: false,
  }
}

/**
 * Where a batch's conversations lie, without their ids: a small picture of the batch is drawn from this. Packing runs
 * on lengths alone, so where these are known nothing is rendered, and a batch costs some microseconds a conversation.
 */
import type { Mixture } from '../data/mixture'
import type { BatchLayout } from './batch-packer'
import type { LayoutView } from './batch.schema'

/** Makes the view of a layout. */
export function viewLayout(
  { index, placements, used }: BatchLayout,
  seqLen: number,
  mixture: Pick<Mixture, 'locate'>,
): LayoutView {
  return {
    batch: index,
    rows: used.length,
    seq_len: seqLen,
    spans: placements.map(({ row, offset, length, cropped, conversation }) => {
      const { task, row: taskRow } = mixture.locate(conversation)
      return { row, offset, length, cropped, conversation, task, taskRow }
    }),
    pad_from: [...used],
  }
}

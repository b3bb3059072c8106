/** Packed batches, as the training loop gets them: typed arrays, with spans beside them. */
import { z } from 'zod'
import { bytes, configAt, int32, splitName } from './common.schema'

const span = z.object({
  row: z.int(),
  offset: z.int(),
  length: z.int(),
  cropped: z.int(),
  conversation: z.int(),
  task: z.int(),
  taskRow: z.int(),
})
const batchView = z.object({
  split: splitName,
  batch: z.int(),
  rows: z.int(),
  seq_len: z.int(),
  /** [rows, seq_len + 1] ids; inputs are [:, :-1], targets [:, 1:]. */
  ids: int32,
  /** [rows, seq_len + 1] 1 = trained on in a masked loss. */
  mask: bytes,
  /** [rows, seq_len + 1] what each id is, as ROLE_CODES below. */
  roles: bytes,
  spans: z.array(span),
  /** First padded position of each row; seq_len + 1 where nothing is padded. */
  pad_from: z.array(z.int()),
  /** Every id that occurs, once, with its text and its byte length. */
  vocabulary: z.array(z.object({ id: z.int(), text: z.string(), bytes: z.int() })),
  tokens_used: z.int(),
  tokens_cropped: z.int(),
  tokens_padded: z.int(),
  per_task: z.array(
    z.object({
      task: z.int(),
      conversations: z.int(),
      used: z.int(),
      cropped: z.int(),
      cropped_conversations: z.int(),
    }),
  ),
  epoch: z.int(),
  progress: z.number(),
  last_step: z.boolean(),
})
/** Codes of `batchView.roles`. */
export const ROLE_CODES = { structure: 0, user: 1, assistant: 2, python: 3, output: 4, pad: 5 } as const

export const packingCalls = {
  'packing.batch': {
    input: z.object({ ...configAt, split: splitName, batch: z.int().min(0) }),
    output: batchView,
  },
} as const

export type BatchView = z.infer<typeof batchView>

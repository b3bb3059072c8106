/**
 * A packed batch as the Packing view shows it: every id with its role, mask and text, the spans, and what the batch
 * gains and loses by task. This costs a few passes over the batch's ids.
 */
import type { SplitName } from '../data/mixture.schema'
import type { BatchView, Span, TaskShare } from './batch.schema'
import type { LossKind } from './loss-kinds.schema'
import type { Tokenizer } from '../tokenizer/tokenizer'
import { ROLES, RoleReader } from './token-roles'
import type { PackedBatch } from './types'

/**
 * Makes the view of a batch.
 * @param batch packed with all its targets
 * @param loss which of them the run counts
 */
export function viewBatch(
  batch: PackedBatch,
  split: SplitName,
  tokenizer: Tokenizer,
  loss: LossKind = 'all',
): BatchView {
  const capacity = batch.seqLen + 1
  const ids = rowIds(batch)
  const roles = new Uint8Array(ids.length).fill(ROLES.pad)
  const mask = new Uint8Array(ids.length)
  const reader = new RoleReader(tokenizer)
  const padFrom = new Array<number>(batch.batchSize).fill(0)
  for (const { row, offset, length } of batch.spans) {
    const from = row * capacity + offset
    const to = from + length
    reader.read(ids.subarray(from, to), roles.subarray(from, to), mask.subarray(from, to))
    padFrom[row] = offset + length
  }
  const perTask = taskShares(batch.spans)
  return {
    split,
    batch: batch.index,
    rows: batch.batchSize,
    seq_len: batch.seqLen,
    ids,
    mask,
    roles,
    spans: batch.spans,
    pad_from: padFrom,
    loss,
    targets: targetsOf(mask, padFrom, capacity, loss),
    vocabulary: vocabularyOf(ids, tokenizer),
    ...tokenSums(perTask, ids.length),
    per_task: perTask,
    epoch: batch.epoch,
    progress: batch.progress,
    last_step: batch.lastStep,
  }
}

function tokenSums(
  perTask: readonly TaskShare[],
  positions: number,
): Pick<BatchView, 'tokens_used' | 'tokens_cropped' | 'tokens_padded'> {
  const used = perTask.reduce((sum, share) => sum + share.used, 0)
  const cropped = perTask.reduce((sum, share) => sum + share.cropped, 0)
  return { tokens_used: used, tokens_cropped: cropped, tokens_padded: positions - used }
}

/** [B] how many targets each row has: every id but its first, or of these the supervised ones. */
function targetsOf(
  mask: Uint8Array,
  padFrom: readonly number[],
  capacity: number,
  loss: LossKind,
): Int32Array {
  return Int32Array.from(padFrom, (content, row) => {
    if (loss === 'all') return content - 1
    const said = mask.subarray(row * capacity + 1, row * capacity + content)
    return said.reduce((sum, trained) => sum + trained, 0)
  })
}

/** The rows [B, T + 1] that inputs and targets were cut from. */
export function rowIds({ batchSize, seqLen, inputs, targets, spans }: PackedBatch): Int32Array {
  const capacity = seqLen + 1
  const ids = new Int32Array(batchSize * capacity)
  const bos = inputs[0] ?? 0 // every row starts with bos, which also pads rows
  for (let row = 0; row < batchSize; row++) {
    ids.set(inputs.subarray(row * seqLen, (row + 1) * seqLen), row * capacity)
    ids[row * capacity + seqLen] = bos
  }
  for (const { row, offset, length } of spans) {
    if (offset + length === capacity) ids[row * capacity + seqLen] = targets[(row + 1) * seqLen - 1] ?? bos
  }
  return ids
}

/** What each task in the batch gives and loses, by task index. */
export function taskShares(spans: readonly Span[]): TaskShare[] {
  const shares = new Map<number, TaskShare>()
  for (const { task, length, cropped } of spans) {
    const share = shares.get(task) ?? {
      task,
      conversations: 0,
      used: 0,
      cropped: 0,
      cropped_conversations: 0,
    }
    share.conversations++
    share.used += length
    share.cropped += cropped
    if (cropped > 0) share.cropped_conversations++
    shares.set(task, share)
  }
  return [...shares.values()].sort((a, b) => a.task - b.task)
}

function vocabularyOf(ids: Int32Array, tokenizer: Tokenizer): BatchView['vocabulary'] {
  return [...new Set(ids)]
    .sort((a, b) => a - b)
    .map((id) => ({ id, text: tokenizer.piece(id), bytes: tokenizer.byteLengths[id] ?? 0 }))
}

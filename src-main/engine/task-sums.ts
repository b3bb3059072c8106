/**
 * The training loss by task: of every micro-batch, the sum of its losses and the number of its targets, for each task.
 *
 * It is written once over tensors: the eager engine runs it, the graph engine records it. In the graph these operations
 * stay outside XLA's programs, so that everything else has the same bits with them and without (docs/LOG.md, "the loss
 * by task").
 */
import * as tf from '@tensorflow/tfjs-core'

import type { TaskValue } from '../config/figures/figure.schema'
import type { Span } from '../packing/batch.schema'
import type { PackedBatch } from '../packing/types'

/** The losses of one task's targets. */
export interface TaskSum {
  /** Their sum, nats. */
  nats: number
  /** Their number. */
  targets: number
}

/**
 * Sums of a micro-batch.
 *
 * @param losses [N] of every target, nats; any number where it is ignored
 * @param targets [N] int32, -1 is ignored
 * @param tasks [N] int32: the task of every target, from 0; -1 for none
 * @param count number of tasks
 * @returns [count] each, float32: a number of targets below 2^24 is exact
 */
export function taskSums(
  losses: tf.Tensor1D,
  targets: tf.Tensor1D,
  tasks: tf.Tensor1D,
  count: number,
): { nats: tf.Tensor; targets: tf.Tensor } {
  return tf.tidy(() => {
    // A segment sum leaves out segments of a negative number.
    const segments = tf.where(tf.less(targets, tf.scalar(0, 'int32')), targets, tasks).as1D()
    return {
      nats: tf.unsortedSegmentSum(losses, segments, count),
      targets: tf.unsortedSegmentSum(tf.onesLike(losses), segments, count),
    }
  })
}

/** The sums of a step's micro-batches, added up in float64. */
export function addedSums(microBatches: readonly (readonly TaskSum[])[], count: number): TaskSum[] {
  return Array.from({ length: count }, (_, task) => {
    const sums = microBatches.map((sumsOfTasks) => sumsOfTasks[task] ?? { nats: 0, targets: 0 })
    const total = (of: keyof TaskSum): number => sums.reduce((sum, one) => sum + one[of], 0)
    return { nats: total('nats'), targets: total('targets') }
  })
}

/** Sums that an engine computed, as numbers. */
export function readSums(nats: ArrayLike<number>, targets: ArrayLike<number>): TaskSum[] {
  return Array.from(nats, (sum, task) => ({ nats: sum, targets: targets[task] ?? 0 }))
}

/**
 * The targets that lie in a span, `[from, to)` among the batch's [B * T]. Spans count positions in rows of T + 1 ids,
 * whose first id is no target.
 */
export function targetsOf(
  { row, offset, length }: Pick<Span, 'row' | 'offset' | 'length'>,
  seqLen: number,
): [from: number, to: number] {
  return [row * seqLen + Math.max(offset - 1, 0), row * seqLen + offset + length - 1]
}

/**
 * The task of every target of a batch: a target belongs to the task in whose span it lies.
 *
 * @param taskOf a task's number by its index in the mixture (the `task` of spans)
 * @returns [B * T], -1 where no conversation lies
 */
export function tasksOfTargets(
  { spans, batchSize, seqLen }: Pick<PackedBatch, 'spans' | 'batchSize' | 'seqLen'>,
  taskOf: readonly number[],
): Int32Array {
  const tasks = new Int32Array(batchSize * seqLen).fill(-1)
  for (const span of spans) tasks.fill(taskOf[span.task] ?? -1, ...targetsOf(span, seqLen))
  return tasks
}

/** The mean loss of every task that has targets, by its number. */
export function meanByTask(sums: readonly TaskSum[]): TaskValue[] {
  return sums.flatMap(({ nats, targets }, entry) =>
    targets > 0 ? [{ entry, loss: nats / targets, targets }] : [],
  )
}

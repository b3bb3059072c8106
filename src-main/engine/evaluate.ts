/**
 * Validation bits per byte (docs/REFERENCE.md §5): the sum of the token losses over the sum of the targets' bytes,
 * divided by ln 2. Targets of 0 bytes (special tokens) and ignored targets count in neither sum, so the figure does not
 * depend on the tokenizer's vocabulary. The spans of the batches give the same sums for each task; the total does not
 * depend on spans.
 */
import type { PackedBatch } from '../packing/types'
import type { TaskBpb } from '../config/run.schema'
import { MidbenchError } from '../errors'
import type { StepEngine, TokenBatch } from './step-engine'
import { targetsOf } from './task-sums'

export interface EvaluationSums {
  /** Loss of the targets that have bytes, in nats. */
  nats: number
  bytes: number
  /** Loss of every target that is not ignored, in nats. */
  allNats: number
  targets: number
}

export const emptySums: EvaluationSums = { nats: 0, bytes: 0, allNats: 0, targets: 0 }

/**
 * Adds one batch's losses to the sums.
 *
 * @param losses [B * T] nats, row-major
 * @param targets [B * T] ids, -1 = ignored
 * @param byteLengths [vocab] bytes of each token
 */
export function addLosses(
  sums: EvaluationSums,
  losses: Float32Array,
  targets: Int32Array,
  byteLengths: Int32Array,
): EvaluationSums {
  let { nats, bytes, allNats, targets: count } = sums
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i] ?? -1
    if (target < 0) continue
    const loss = losses[i] ?? 0
    const length = byteLengths[target] ?? 0
    allNats += loss
    count += 1
    if (length === 0) continue
    nats += loss
    bytes += length
  }
  return { nats, bytes, allNats, targets: count }
}

/** A batch, with the spans that tell its tasks apart. */
export type EvaluatedBatch = TokenBatch & Partial<Pick<PackedBatch, 'spans'>>

/**
 * Adds one batch's losses to the sums of its tasks: a target belongs to the task in whose span it lies.
 *
 * @param tasks sums by the task's index in the mixture; updated in place
 * @param losses [B * T] nats, row-major
 */
export function addTaskLosses(
  tasks: Map<number, EvaluationSums>,
  losses: Float32Array,
  { spans = [], targets, seqLen }: EvaluatedBatch,
  byteLengths: Int32Array,
): void {
  for (const span of spans) {
    const [from, to] = targetsOf(span, seqLen)
    const before = tasks.get(span.task) ?? emptySums
    tasks.set(
      span.task,
      addLosses(before, losses.subarray(from, to), targets.subarray(from, to), byteLengths),
    )
  }
}

/** Returns infinity where no target has bytes, as the reference does. */
export function bitsPerByte(sums: EvaluationSums): number {
  return sums.bytes === 0 ? Infinity : sums.nats / (Math.LN2 * sums.bytes)
}

/**
 * The error where no target has bytes and there is nothing to say; the reference goes on with infinity.
 *
 * @param otherwise what helps besides other conversations
 */
export function noBytes(otherwise: string): MidbenchError {
  return new MidbenchError({
    code: 'eval.no-bytes',
    message:
      'There is nothing to evaluate on: no target of mixture.val that is evaluated stands for a byte of text.',
    remedy: `Add conversations with text to mixture.val, ${otherwise}.`,
  })
}

/** Mean loss in nats a target. */
export function meanLoss(sums: EvaluationSums): number {
  return sums.allNats / sums.targets
}

/** Sums over all targets, and over those of each task. */
export interface Evaluation extends EvaluationSums {
  /** Sums by the task's index in the mixture. */
  byTask: ReadonlyMap<number, EvaluationSums>
}

/** A task of the mixture that is evaluated on. */
export interface EvaluatedTask {
  /** Index in the mixture's task list. */
  index: number
  /** Index in mixture.val; the repeats of an entry share it. */
  entry: number
  name: string
  label: string
}

/** The figures of every entry of a mixture; the repeats of an entry are taken together. */
export function perTask(byTask: Evaluation['byTask'], tasks: readonly EvaluatedTask[]): TaskBpb[] {
  const entries = new Map<number, { task: string; label: string; sums: EvaluationSums }>()
  for (const { index, entry, name, label } of tasks) {
    const sums = added(entries.get(entry)?.sums ?? emptySums, byTask.get(index) ?? emptySums)
    entries.set(entry, { task: name, label, sums })
  }
  return [...entries].map(([entry, { task, label, sums }]) => ({
    entry,
    task,
    label,
    val_bpb: sums.bytes === 0 ? null : bitsPerByte(sums),
    loss: sums.targets === 0 ? null : meanLoss(sums),
    targets: sums.targets,
    bytes: sums.bytes,
  }))
}

function added(a: EvaluationSums, b: EvaluationSums): EvaluationSums {
  return {
    nats: a.nats + b.nats,
    bytes: a.bytes + b.bytes,
    allNats: a.allNats + b.allNats,
    targets: a.targets + b.targets,
  }
}

/**
 * Evaluates batch after batch.
 *
 * @param interrupted called before every batch: true ends the evaluation without a result
 * @returns null where it was interrupted
 */
export async function evaluate(
  engine: Pick<StepEngine, 'evaluate'>,
  batches: AsyncIterable<EvaluatedBatch>,
  byteLengths: Int32Array,
  interrupted: () => boolean | Promise<boolean> = () => false,
): Promise<Evaluation | null> {
  let sums = emptySums
  const byTask = new Map<number, EvaluationSums>()
  for await (const batch of batches) {
    if (await interrupted()) return null
    const losses = await engine.evaluate(batch)
    sums = addLosses(sums, losses, batch.targets, byteLengths)
    addTaskLosses(byTask, losses, batch, byteLengths)
  }
  return { ...sums, byTask }
}

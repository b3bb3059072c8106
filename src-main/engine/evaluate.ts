/**
 * Validation bits per byte (reference §5): the sum of the token losses over the sum of the targets' bytes, divided by
 * ln 2. Targets of 0 bytes (special tokens) and ignored targets count in neither sum, so the figure does not depend on
 * the tokenizer's vocabulary.
 */
import type { StepEngine, TokenBatch } from './step-engine'

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

/** Infinity where no target has bytes, as the reference gives. */
export function bitsPerByte(sums: EvaluationSums): number {
  return sums.bytes === 0 ? Infinity : sums.nats / (Math.LN2 * sums.bytes)
}

/** Mean loss in nats a target. */
export function meanLoss(sums: EvaluationSums): number {
  return sums.allNats / sums.targets
}

/**
 * Evaluates batch after batch.
 *
 * @param interrupted asked before every batch: true ends the evaluation without a result
 * @returns null where it was interrupted
 */
export async function evaluate(
  engine: Pick<StepEngine, 'evaluate'>,
  batches: AsyncIterable<TokenBatch>,
  byteLengths: Int32Array,
  interrupted: () => boolean | Promise<boolean> = () => false,
): Promise<EvaluationSums | null> {
  let sums = emptySums
  for await (const batch of batches) {
    if (await interrupted()) return null
    sums = addLosses(sums, await engine.evaluate(batch), batch.targets, byteLengths)
  }
  return sums
}

/**
 * Shows that TensorFlow can allocate and train where this trainer runs: it holds one block of gigabytes, and beside it
 * makes some compiled steps of a small model, as a run does. Where the allocator of the surrounding program interferes,
 * the process dies here and not in a person's run. This takes about ten seconds, mostly compiling, and the block's
 * memory.
 */
import * as tf from '@tensorflow/tfjs-core'

import { MidbenchError } from '../errors'
import type { ModelConfig } from '../model/config.schema'
import { loadTensorflow } from '../native/tensorflow'
import type { CallContext } from '../threads/calls'
import { freshEngine, madeUpBatch, madeUpSettings } from './made-up'
import type { SelfTestJob, SelfTestResult } from './trainer-calls'

const STEPS = 3
const ROWS = 4
const ROW_LENGTH = 256
const MODEL: ModelConfig = {
  sequence_len: ROW_LENGTH,
  vocab_size: 4096,
  n_layer: 2,
  n_head: 2,
  n_kv_head: 2,
  n_embd: 128,
  window_pattern: 'L',
}

/** @throws MidbenchError `self-test.wrong` where a number is wrong; `graph.memory`; what loading TensorFlow throws */
export async function runSelfTest(
  { blockBytes, threads }: SelfTestJob,
  { progress, signal }: CallContext,
): Promise<SelfTestResult> {
  const at = async (what: string, done: number): Promise<void> => {
    progress({ what, done, total: STEPS + 2, unit: 'parts' })
    await new Promise(setImmediate) // sends it before the process may die, and lets a cancel come in
    signal.throwIfAborted()
  }
  await at('loading TensorFlow', 0)
  const tensorflow = await loadTensorflow({ threads: threads ?? undefined })
  await at(`holding a block of ${(blockBytes / 1e9).toFixed(1)} GB`, 1)
  const block: tf.Tensor1D = tf.fill([Math.floor(blockBytes / 4)], 1)
  const engine = await freshEngine({ engine: 'graph', dtype: 'float32', model: MODEL }, tensorflow)
  try {
    const losses: number[] = []
    for (let step = 0; step < STEPS; step++) {
      await at(`training, step ${String(step + 1)} of ${String(STEPS)}`, 2 + step)
      const { losses: stepLosses } = await engine.step([madeUpBatch(MODEL, ROWS, ROW_LENGTH)], madeUpSettings)
      losses.push(...stepLosses)
    }
    requireRight(losses, block)
    return { peakBytes: tensorflow.memory.usage().peakBytes, losses }
  } finally {
    engine.dispose()
    block.dispose()
  }
}

/** A fresh model knows nothing: its loss must begin at the vocabulary's logarithm, and fall as the batch repeats. */
function requireRight(losses: readonly number[], block: tf.Tensor1D): void {
  const tail = tf.tidy(() => [...tf.slice(block, [block.size - 4], [4]).dataSync()])
  const [first = NaN, last = NaN] = [losses[0], losses.at(-1)]
  const begins = Math.abs(first - Math.log(MODEL.vocab_size)) < 0.1
  if (begins && last < first && tail.every((value) => value === 1)) return
  throw new MidbenchError({
    code: 'self-test.wrong',
    message: `The losses were ${losses.join(', ')}, and the block ended in ${tail.join(', ')}.`,
    remedy: 'Run `npm run setup` to have TensorFlow checked and repaired.',
  })
}

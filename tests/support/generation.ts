/** Sessions of generation for tests, and what a model gives without a cache. */
import * as tf from '@tensorflow/tfjs-core'

import type { FloatArray } from '../../src-main/checkpoint/types'
import { loadModel } from '../../src-main/checkpoint/nanochat-files'
import {
  GenerationSession,
  type GenerationSessionOptions,
} from '../../src-main/engine/generation/generation-session'
import type { ModelConfig } from '../../src-main/model/config.schema'
import { forward } from '../../src-main/model/gpt'
import { parameterShapes } from '../../src-main/model/parameters'
import { seededRandom } from '../../src-main/model/random'
import { loadTensorflow } from '../../src-main/native/tensorflow'
import { goldenPath } from './golden'
import type { goldenTalk } from './golden-talk'

/** The checkpoint of golden/talk.json. */
export const talkCheckpoint = goldenPath('nanochat_base/base_checkpoints/d3')

/** Number of the reference's greedy ids that must be ours: up to the first place where two logits nearly tie. */
export function certain({ gap_to_second: gaps }: (typeof goldenTalk.generate)[number]): number {
  const tie = gaps.findIndex((gap) => gap < 1e-3)
  return tie < 0 ? gaps.length : tie
}

/** Never aborted. */
export const unbothered = new AbortController().signal

/** A session of golden's d3. */
export async function talkSession(
  dtype: GenerationSessionOptions['dtype'] = 'float32',
): Promise<GenerationSession> {
  const tensorflow = await loadTensorflow()
  const { meta, tensors } = await loadModel(talkCheckpoint)
  return new GenerationSession(tensorflow, { model: meta.model_config, dtype }, tensors)
}

/** Parameters none of which is zero, so that every part of the model counts. */
export function livelyParameters(config: ModelConfig, seed = 1): Map<string, FloatArray> {
  const random = seededRandom(seed)
  return new Map(
    [...parameterShapes(config)].map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1)
      const deviation = shape.length === 1 ? 0.5 : (shape[1] ?? 1) ** -0.5
      const data = Float32Array.from({ length: size }, () => deviation * random.normal())
      return [name, { shape, data }]
    }),
  )
}

/** Logits of every position [T][V] of one conversation, all computed at once. */
export function wholeForward(
  config: ModelConfig,
  parameters: ReadonlyMap<string, FloatArray>,
  tokens: Int32Array,
): Float32Array[] {
  return tf.tidy(() => {
    const params = new Map([...parameters].map(([name, { shape, data }]) => [name, tf.tensor(data, shape)]))
    const logits = forward(params, config, tf.tensor2d(tokens, [1, tokens.length], 'int32')).dataSync()
    const width = config.vocab_size
    return Array.from(tokens, (_, i) => Float32Array.from(logits.subarray(i * width, (i + 1) * width)))
  })
}

/** The greatest difference between two lists of numbers; NaN where one holds NaN or they differ in length. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN
  return Array.from(a).reduce((most, value, i) => {
    const difference = Math.abs(value - (b[i] ?? NaN))
    return Number.isNaN(difference) ? NaN : Math.max(most, difference)
  }, 0)
}

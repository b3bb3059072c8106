/**
 * The model (reference §3): embedding, norm, blocks of attention and MLP on a residual stream that is mixed with the
 * embedding before every block, norm, head.
 *
 * Functions of parameters and ids; nothing is kept. Activations are [N, C] with N = B * T rows, heads [.., T, D]. They
 * run inside tf.tidy or tf.grads: what they make is freed there.
 */
import * as tf from '@tensorflow/tfjs-core'

import { attention, type AttentionOptions } from './attention'
import { queryBlocks, windowMask } from './attention-blocks'
import { headDim, type ModelConfig } from './config.schema'
import { embed } from './embedding'
import { joinHeads, splitHeads } from './heads'
import { linear, squaredReluMlp } from './linear'
import { layerName, parameter, type Parameters } from './parameters'
import { addResidual, mix } from './residual'
import { rmsNorm } from './rms-norm'
import { rotaryTable, rotate, type RotaryTable } from './rotary'
import { softcap, vocabularyRows } from './softcap-loss'
import { windowSizes } from './windows'

/** Queries that attention handles at a time. */
const blockRows = 128

/**
 * Logits of every position, within ±15, padding of the vocabulary left out.
 *
 * @param inputs [B, T] int32
 * @returns [B, T, V]
 */
export function forward(params: Parameters, config: ModelConfig, inputs: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const rows = vocabularyRows(parameter(params, 'lm_head.weight'), config.vocab_size)
    const logits = linear(hidden(params, config, inputs), rows)
    const capped = tf.mul(tf.tanh(tf.mul(logits, 1 / softcap)), softcap)
    return capped.as3D(inputs.shape[0], inputs.shape[1], config.vocab_size)
  })
}

/**
 * What the head reads: the residual stream after the last block, normed.
 *
 * @param inputs [B, T] int32
 * @returns [N, C]
 */
export function hidden(params: Parameters, config: ModelConfig, inputs: tf.Tensor2D): tf.Tensor {
  return tf.tidy(() => {
    const places = placesOf(config, inputs)
    const residScales = tf.unstack(parameter(params, 'resid_lambdas'))
    const x0Scales = tf.unstack(parameter(params, 'x0_lambdas'))
    const x0 = rmsNorm(embed(parameter(params, 'transformer.wte.weight'), inputs.as1D()))
    let x = x0
    for (let layer = 0; layer < config.n_layer; layer++) {
      const mixed = mix(x, at(residScales, layer), x0, at(x0Scales, layer))
      x = tf.tidy(() => block(mixed, params, config, layer, places))
    }
    return rmsNorm(x)
  })
}

/** What follows from the batch's shape and is the same for every batch of that shape. */
interface Places {
  batch: number
  length: number
  rotary: RotaryTable
  /** For every layer. */
  attention: AttentionOptions[]
}

function placesOf(config: ModelConfig, { shape: [batch, length] }: tf.Tensor2D): Places {
  const masks = new Map<number, AttentionOptions>()
  for (const window of windowSizes(config)) {
    if (masks.has(window)) continue
    const mask = windowMask(queryBlocks(length, window, blockRows), window)
    masks.set(window, { window, mask, blockRows })
  }
  return {
    batch,
    length,
    rotary: rotaryTable(length, headDim(config), 10000),
    attention: windowSizes(config).flatMap((window) => masks.get(window) ?? []),
  }
}

/** @param x [N, C] */
function block(
  x: tf.Tensor,
  params: Parameters,
  config: ModelConfig,
  layer: number,
  places: Places,
): tf.Tensor {
  const weight = (name: string) => parameter(params, layerName(layer, name))
  const attended = addResidual(x, attend(rmsNorm(x), weight, config, places, at(places.attention, layer)))
  return addResidual(attended, squaredReluMlp(rmsNorm(attended), weight('mlp.c_fc'), weight('mlp.c_proj')))
}

/** @param x [N, C] */
function attend(
  x: tf.Tensor,
  weight: (name: string) => tf.Tensor,
  config: ModelConfig,
  { batch, length, rotary }: Places,
  options: AttentionOptions,
): tf.Tensor {
  const { n_head: heads, n_kv_head: keyHeads } = config
  const width = headDim(config)
  const project = (name: string, count: number) =>
    splitHeads(linear(x, weight(name)), { batch, length, heads: count })
  const q = rmsNorm(rotate(project('attn.c_q', heads), rotary), 1 / Math.sqrt(width)) // [B * H, T, D]
  const k = rmsNorm(rotate(project('attn.c_k', keyHeads), rotary)) // [B * KV, T, D]
  const v = project('attn.c_v', keyHeads) // [B * KV, T, D]
  const y = joinHeads(attention(q, k, v, options), { batch, length, heads }) // [N, C]
  return linear(y, weight('attn.c_proj'))
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} of ${items.length}`)
  return item
}

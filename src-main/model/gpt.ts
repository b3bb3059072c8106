/**
 * The model (docs/REFERENCE.md §3): embedding, norm, blocks of attention and MLP on a residual stream that is mixed
 * with the embedding before every block, norm, head. The additions of nanochat's later forms are in variants/.
 *
 * All are functions of parameters and ids, without state. Activations are [N, C] with N = B * T rows, heads [.., T, D].
 * They run inside tf.tidy or tf.grads, which free what they make.
 */
import * as tf from '@tensorflow/tfjs-core'

import { attention, type AttentionOptions } from './attention'
import { queryBlocks, windowMask } from './attention-blocks'
import { headDim, type ModelConfig } from './config.schema'
import { embed } from './embedding'
import { joinHeads, splitHeads } from './heads'
import { linear, squaredReluMlp } from './linear'
import {
  checkParameters,
  layerName,
  parameter,
  shapesOf,
  valueEmbeddingName,
  type Parameters,
} from './parameters'
import { addResidual, layerScalars, mix } from './residual'
import { rmsNorm } from './rms-norm'
import { rotaryTable, rotate } from './rotary'
import { softcap } from './softcap'
import { vocabularyRows } from './softcap-loss'
import { backout, backoutLayer } from './variants/backout'
import { smear } from './variants/smear'
import { addValueEmbedding, hasValueEmbedding } from './variants/value-embedding'
import { variantOf, type Variant } from './variants/variant'
import { windowSizes } from './windows'

/** Number of queries that attention handles at a time. */
const blockRows = 256

/**
 * Logits of every position, within ±15, without the padding of the vocabulary.
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
 * The head's input: the residual stream after the last block, normed.
 *
 * @param inputs [B, T] int32
 * @returns [N, C]
 * @throws MidbenchError `model.parameters` where the parameters do not fit the config
 */
export function hidden(params: Parameters, config: ModelConfig, inputs: tf.Tensor2D): tf.Tensor {
  return tf.tidy(() => streamAt(params, config, placesOf(config, inputs)))
}

/**
 * {@link hidden} for tokens at any places of their conversations: what they see of the tokens before them is up to
 * `places`, so that generation can keep what it has computed (engine/generation/).
 *
 * @returns [N, C]
 * @throws MidbenchError `model.parameters` where the parameters do not fit the config
 */
export function streamAt(params: Parameters, config: ModelConfig, places: Places): tf.Tensor {
  checkParameters(shapesOf(params), config)
  const model: Model = { params, config, variant: variantOf(config), places }
  const residScales = layerScalars(parameter(params, 'resid_lambdas'))
  const x0Scales = layerScalars(parameter(params, 'x0_lambdas'))
  const x0 = embedded(model)
  let [x, middle] = [x0, x0]
  for (let layer = 0; layer < config.n_layer; layer++) {
    const before = x
    x = tf.tidy(() => block(mix(before, at(residScales, layer), x0, at(x0Scales, layer)), model, layer))
    if (layer === backoutLayer(config.n_layer)) middle = x
  }
  if (model.variant.smearAndBackout) x = backout(x, middle, parameter(params, 'backout_lambda'))
  return rmsNorm(x)
}

interface Model {
  params: Parameters
  config: ModelConfig
  variant: Variant
  places: Places
}

/** The tokens of a pass, where they stand, and how each layer attends to the others. */
export interface Places {
  /** B */
  batch: number
  /** T */
  length: number
  /** [B * T] int32 */
  ids: tf.Tensor1D
  /** Rotates the heads [B * heads, T, D] by their tokens' positions. */
  rotate: (x: tf.Tensor) => tf.Tensor
  /**
   * Causal attention of a layer.
   *
   * @param q [B * H, T, D], normed and scaled
   * @param k [B * KV, T, D], normed
   * @param v [B * KV, T, D]
   * @returns [B * H, T, D]
   */
  attend: (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, layer: number) => tf.Tensor
  /**
   * For smear: the embedding [B, C] before each row's first position, from those of the pass [B * T, C].
   *
   * @default none: each row begins a conversation
   */
  before?: (embedded: tf.Tensor) => tf.Tensor
}

function placesOf(config: ModelConfig, inputs: tf.Tensor2D): Places {
  const [batch, length] = inputs.shape
  const windows = windowSizes(config)
  const options = new Map(
    [...new Set(windows)].map((window): [number, AttentionOptions] => {
      const mask = windowMask(queryBlocks(length, window, blockRows), window)
      return [window, { window, mask, blockRows }]
    }),
  )
  const ofLayers = windows.flatMap((window) => options.get(window) ?? [])
  const ids = inputs.as1D()
  const table = rotaryTable(length, headDim(config), variantOf(config).rotaryBase)
  return {
    batch,
    length,
    ids,
    rotate: (x) => rotate(x, table),
    attend: (q, k, v, layer) => attention(q, k, v, at(ofLayers, layer)),
  }
}

/** [N, C], normed */
function embedded({ params, variant, places }: Model): tf.Tensor {
  const x = rmsNorm(embed(parameter(params, 'transformer.wte.weight'), places.ids))
  if (!variant.smearAndBackout) return x
  const [gate, lambda] = [parameter(params, 'smear_gate.weight'), parameter(params, 'smear_lambda')]
  return smear(x, places.batch, gate, lambda, places.before?.(x))
}

/** @param x [N, C] */
function block(x: tf.Tensor, model: Model, layer: number): tf.Tensor {
  const weight = (name: string) => parameter(model.params, layerName(layer, name))
  const attended = addResidual(x, attend(rmsNorm(x), model, layer))
  return addResidual(attended, squaredReluMlp(rmsNorm(attended), weight('mlp.c_fc'), weight('mlp.c_proj')))
}

/** @param x [N, C] */
function attend(x: tf.Tensor, { params, config, variant, places }: Model, layer: number): tf.Tensor {
  const { batch, length } = places
  const { n_head: heads, n_kv_head: keyHeads } = config
  const weight = (name: string) => parameter(params, layerName(layer, name))
  const project = (name: string) => linear(x, weight(name))
  const split = (rows: tf.Tensor, count: number) => splitHeads(rows, { batch, length, heads: count })
  const scale = variant.qkScale ** 2 / Math.sqrt(headDim(config)) // for queries and keys together
  const q = rmsNorm(places.rotate(split(project('attn.c_q'), heads)), scale) // [B * H, T, D]
  const k = rmsNorm(places.rotate(split(project('attn.c_k'), keyHeads))) // [B * KV, T, D]
  const v = split(valuesOf(project('attn.c_v')), keyHeads) // [B * KV, T, D]
  const y = places.attend(q, k, v, layer) // [B * H, T, D]
  return linear(joinHeads(y, { batch, length, heads }), weight('attn.c_proj'))

  /** Values with the layer's value embedding, where it has one: [N, KV * D]. */
  function valuesOf(values: tf.Tensor): tf.Tensor {
    if (variant.valueGate === undefined || !hasValueEmbedding(layer, config.n_layer)) return values
    const own = embed(parameter(params, valueEmbeddingName(layer)), places.ids)
    return addValueEmbedding(values, own, x, weight('attn.ve_gate'), variant.valueGate)
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} of ${items.length}`)
  return item
}

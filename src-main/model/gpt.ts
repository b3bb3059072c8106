/**
 * The model (reference §3): embedding, norm, blocks of attention and MLP on a residual stream that is mixed with the
 * embedding before every block, norm, head.
 *
 * Functions of parameters and ids; nothing is kept. Activations are [N, C] with N = B * T rows, heads [.., T, D]. They
 * run inside tf.tidy or tf.grads: what they make is freed there.
 */
import * as tf from '@tensorflow/tfjs-core'

import { attention } from './attention'
import { headDim, type ModelConfig } from './config.schema'
import { embed } from './embedding'
import { layerName, parameter, type Parameters } from './parameters'
import { reluSquared } from './relu-squared'
import { rmsNorm } from './rms-norm'
import { rotaryTable, rotate, type RotaryTable } from './rotary'
import { softcap, vocabularyRows } from './softcap-loss'
import { windowSizes } from './windows'

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
  const [batch, length] = inputs.shape
  const rotary = rotaryTable(length, headDim(config), 10000)
  const windows = windowSizes(config)
  const residScales = tf.unstack(parameter(params, 'resid_lambdas'))
  const x0Scales = tf.unstack(parameter(params, 'x0_lambdas'))
  const x0 = rmsNorm(embed(parameter(params, 'transformer.wte.weight'), inputs.as1D()))
  let x = x0
  for (const [layer, window] of windows.entries()) {
    x = tf.add(tf.mul(x, item(residScales, layer)), tf.mul(x0, item(x0Scales, layer)))
    x = tf.add(x, attend(rmsNorm(x), params, { config, layer, batch, length, rotary, window }))
    x = tf.add(x, feedForward(rmsNorm(x), params, layer))
  }
  return rmsNorm(x)
}

interface AttentionLayer {
  config: ModelConfig
  layer: number
  batch: number
  length: number
  rotary: RotaryTable
  window: number
}

/** @param x [N, C] */
function attend(x: tf.Tensor, params: Parameters, at: AttentionLayer): tf.Tensor {
  const { n_head, n_kv_head, n_embd } = at.config
  const width = headDim(at.config)
  const project = (name: string, heads: number) =>
    splitHeads(linear(x, parameter(params, layerName(at.layer, name))), at, heads)
  const q = rmsNorm(rotate(project('attn.c_q', n_head), at.rotary)) // [B * H, T, D]
  const k = rmsNorm(rotate(project('attn.c_k', n_kv_head), at.rotary)) // [B * KV, T, D]
  const v = project('attn.c_v', n_kv_head)
  const grouped = tf.reshape(q, [at.batch * n_kv_head, n_head / n_kv_head, at.length, width])
  const y = attention(grouped, k, v, { window: at.window, scale: 1 / Math.sqrt(width) })
  const heads = tf.transpose(tf.reshape(y, [at.batch, n_head, at.length, width]), [0, 2, 1, 3])
  return linear(tf.reshape(heads, [-1, n_embd]), parameter(params, layerName(at.layer, 'attn.c_proj')))
}

/** [N, heads * D] to [B * heads, T, D] */
function splitHeads(x: tf.Tensor, { batch, length }: AttentionLayer, heads: number): tf.Tensor {
  const byPosition = tf.reshape(x, [batch, length, heads, -1])
  const byHead = tf.transpose(byPosition, [0, 2, 1, 3])
  return tf.reshape(byHead, [batch * heads, length, -1])
}

/** @param x [N, C] */
function feedForward(x: tf.Tensor, params: Parameters, layer: number): tf.Tensor {
  const inner = reluSquared(linear(x, parameter(params, layerName(layer, 'mlp.c_fc')))) // [N, 4 C]
  return linear(inner, parameter(params, layerName(layer, 'mlp.c_proj')))
}

/**
 * @param x [N, in]
 * @param weight [out, in]
 */
function linear(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return tf.matMul(x, weight, false, true)
}

function item(tensors: tf.Tensor[], index: number): tf.Tensor {
  const tensor = tensors[index]
  if (tensor === undefined) throw new RangeError(`${index} is past the ${tensors.length} layers`)
  return tensor
}

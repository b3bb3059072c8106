/**
 * Value embeddings (after Zhou et al., arXiv 2410.17897): every second layer, the last one included, has an embedding
 * of the tokens that is added to its values, weighted for each head by a gate that reads the layer's input.
 */
import * as tf from '@tensorflow/tfjs-core'

/** Whether that layer has a value embedding. */
export function hasValueEmbedding(layer: number, layers: number): boolean {
  return layer % 2 === (layers - 1) % 2
}

export interface ValueGate {
  /** Number of the input's channels that the gate reads. */
  channels: number
  /** The gate's upper bound; its lower one is 0. */
  factor: number
}

/**
 * `values + factor sigmoid(x[:, :channels] weight^T) embedded`, with a gate for each head.
 *
 * @param values [N, KV * D]
 * @param embedded [N, KV * D]
 * @param x [N, C] the layer's input, normed
 * @param weight [KV, channels]
 * @returns [N, KV * D]
 */
export function addValueEmbedding(
  values: tf.Tensor,
  embedded: tf.Tensor,
  x: tf.Tensor,
  weight: tf.Tensor,
  { channels, factor }: ValueGate,
): tf.Tensor {
  const [rows = 0] = x.shape
  const [heads = 0] = weight.shape
  const gate = tf.mul(
    tf.sigmoid(tf.matMul(tf.slice(x, [0, 0], [rows, channels]), weight, false, true)),
    factor,
  )
  const gated = tf.mul(tf.reshape(embedded, [rows, heads, -1]), tf.reshape(gate, [rows, heads, 1]))
  return tf.add(values, tf.reshape(gated, values.shape))
}

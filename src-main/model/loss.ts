/**
 * The training loss and its gradients. All targets count except those of -1 (docs/REFERENCE.md §3).
 *
 * The functions free the tensors that they make, except those that they return, which the caller owns.
 */
import * as tf from '@tensorflow/tfjs-core'

import type { ModelConfig } from './config.schema'
import { hidden } from './gpt'
import { parameter, type Parameters } from './parameters'
import { headLossPerToken, meanHeadLoss, type HeadInputs } from './softcap-loss'

/**
 * Loss of every target in nats, 0 where it is ignored. For evaluation: it has no gradient.
 *
 * @param inputs [B, T] int32
 * @param targets [B, T] int32, -1 is ignored
 * @returns [B * T], row-major
 */
export function lossPerToken(
  params: Parameters,
  config: ModelConfig,
  inputs: tf.Tensor2D,
  targets: tf.Tensor2D,
): tf.Tensor1D {
  return tf.tidy(() => headLossPerToken(headInputs(params, config, inputs, targets)))
}

/**
 * Mean loss in nats over the targets that count; 0 where none does. Differentiable; it always computes the head's
 * gradients, so use {@link lossPerToken} where no gradient is needed.
 *
 * @param seeLosses as in meanHeadLoss
 */
export function meanLoss(
  params: Parameters,
  config: ModelConfig,
  inputs: tf.Tensor2D,
  targets: tf.Tensor2D,
  seeLosses?: (chunks: tf.Tensor[]) => void,
): tf.Scalar {
  return tf.tidy(() => meanHeadLoss(headInputs(params, config, inputs, targets), seeLosses))
}

/** What {@link lossAndGradients} computes. */
export interface LossAndGradients {
  /** Mean in nats over the targets that count; 0 where none does, and then every gradient is 0 too. */
  loss: tf.Scalar
  /** [B * T] loss of every target in nats, row-major; any number where it is ignored. */
  losses: tf.Tensor1D
  /** Of `loss`, under the parameters' names. */
  gradients: Map<string, tf.Tensor>
}

/** The mean loss, with its gradient with respect to every parameter, and the losses that it is the mean of. */
export function lossAndGradients(
  params: Parameters,
  config: ModelConfig,
  inputs: tf.Tensor2D,
  targets: tf.Tensor2D,
): LossAndGradients {
  let chunks: tf.Tensor[] = []
  const differentiate = tf.valueAndGrads(() =>
    meanLoss(params, config, inputs, targets, (losses) => {
      chunks = losses.map((chunk) => tf.keep(chunk))
    }),
  )
  try {
    const { value, grads } = differentiate([...params.values()])
    return {
      loss: value,
      losses: tf.tidy(() => tf.concat(chunks).as1D()),
      gradients: byName([...params.keys()], grads),
    }
  } finally {
    tf.dispose(chunks)
  }
}

function byName(names: readonly string[], grads: readonly tf.Tensor[]): Map<string, tf.Tensor> {
  const gradients = new Map<string, tf.Tensor>()
  grads.forEach((gradient, i) => {
    const name = names[i]
    if (name !== undefined) gradients.set(name, gradient)
  })
  return gradients
}

function headInputs(
  params: Parameters,
  config: ModelConfig,
  inputs: tf.Tensor2D,
  targets: tf.Tensor2D,
): HeadInputs {
  return {
    x: hidden(params, config, inputs),
    head: parameter(params, 'lm_head.weight'),
    targets: targets.as1D(),
    vocabSize: config.vocab_size,
  }
}

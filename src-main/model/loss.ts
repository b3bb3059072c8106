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
 */
export function meanLoss(
  params: Parameters,
  config: ModelConfig,
  inputs: tf.Tensor2D,
  targets: tf.Tensor2D,
): tf.Scalar {
  return tf.tidy(() => meanHeadLoss(headInputs(params, config, inputs, targets)))
}

/** {@link meanLoss} and its gradient with respect to every parameter, under the parameters' names. */
export function lossAndGradients(
  params: Parameters,
  config: ModelConfig,
  inputs: tf.Tensor2D,
  targets: tf.Tensor2D,
): { loss: tf.Scalar; gradients: Map<string, tf.Tensor> } {
  const names = [...params.keys()]
  const differentiate = tf.valueAndGrads(() => meanLoss(params, config, inputs, targets))
  const { value, grads } = differentiate([...params.values()])
  const gradients = new Map<string, tf.Tensor>()
  grads.forEach((gradient, i) => {
    const name = names[i]
    if (name !== undefined) gradients.set(name, gradient)
  })
  return { loss: value, gradients }
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

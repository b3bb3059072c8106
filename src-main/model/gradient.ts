/**
 * Operations with a gradient of our own: what tfjs's own gradients would hold in memory or compute twice is left out.
 *
 * Everything made inside `forward` is freed but the value and what is saved; everything made inside `backward` is freed
 * but the gradients. tfjs itself keeps a gradient function's temporaries until the whole backward pass ends.
 */
import * as tf from '@tensorflow/tfjs-core'

/** The value, and the tensors that the gradient needs by name. Inputs that are needed again are saved as well. */
export interface ForwardPass<Name extends string> {
  value: tf.Tensor
  saved: Record<Name, tf.Tensor>
}

/**
 * Runs `forward` and teaches tfjs its gradient.
 *
 * @param inputs what is differentiated by, in the order of backward's results; `forward` reads them from its closure
 * @param forward its tensors are freed, but for the value and the saved ones
 * @param backward from the value's gradient to those of the inputs, each a tensor of its own: never `dy` itself, nor a
 *   saved one
 */
export function differentiable<Name extends string>(
  inputs: tf.Tensor[],
  forward: () => ForwardPass<Name>,
  backward: (dy: tf.Tensor, saved: Record<Name, tf.Tensor>) => tf.Tensor[],
): tf.Tensor {
  const operation = tf.customGrad((...args) => {
    const save = args.at(-1)
    if (typeof save !== 'function') throw new Error('tfjs hands the save function last')
    const { value, saved } = forward()
    save(Object.values<tf.Tensor>(saved))
    const names = Object.keys(saved)
    // tfjs returns the saved tensors as a list in the order given
    const named = (tensors: tf.Tensor[]) =>
      Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Record<Name, tf.Tensor>
    return { value, gradFunc: (dy, tensors) => tf.tidy(() => backward(dy, named(tensors))) }
  })
  return operation(...inputs)
}

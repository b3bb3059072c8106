/**
 * Operations with a gradient of our own, which free memory as the backward pass goes.
 *
 * tfjs keeps every saved tensor, every gradient and every temporary of a gradient function until the whole backward
 * pass ends. Here what `forward` makes is freed but the value and what is saved; what `backward` makes is freed but the
 * inputs' gradients; and once these are there, so are freed the saved tensors and the value's own gradient, which nobody
 * else reads. At a depth of 12 that is a third of the memory.
 */
import * as tf from '@tensorflow/tfjs-core'

/** The value, and the tensors that the gradient needs by name. Inputs that are needed again are saved as well. */
export interface ForwardPass<Name extends string> {
  value: tf.Tensor
  saved: Record<Name, tf.Tensor>
}

/**
 * Runs `forward` and teaches tfjs its gradient, which can be asked for once.
 *
 * @param inputs what is differentiated by, in the order of backward's results; `forward` reads them from its closure
 * @param backward from the value's gradient to those of the inputs, each a tensor of its own: never `dy` itself, nor a
 *   saved one (tf.clone makes one without copying the data)
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
    const names = Object.keys(saved)
    save(Object.values<tf.Tensor>(saved))
    // tfjs hands the saved tensors back as a list in the order given
    const named = (tensors: tf.Tensor[]) =>
      Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Record<Name, tf.Tensor>
    const gradFunc = (dy: tf.Tensor, tensors: tf.Tensor[]) => {
      const gradients = tf.tidy(() => backward(dy, named(tensors)))
      tf.dispose([dy, tensors])
      return gradients
    }
    return { value, gradFunc }
  })
  return operation(...inputs)
}

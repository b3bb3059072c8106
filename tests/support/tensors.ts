/** Comparing tensors with numbers, gradients with finite differences, and tensors before with tensors after. */
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'

/** Standard normal numbers, the same every time. */
export function randomTensor(shape: number[], seed = 1): tf.Tensor {
  return tf.randomNormal(shape, 0, 1, 'float32', seed)
}

export function valuesOf(tensor: tf.Tensor): number[] {
  return Array.from(tensor.dataSync())
}

/** Every element within `atol + rtol |expected|`. */
export function expectClose(
  actual: tf.Tensor | ArrayLike<number>,
  expected: tf.Tensor | ArrayLike<number>,
  { atol = 1e-6, rtol = 1e-5 }: { atol?: number; rtol?: number } = {},
): void {
  if (actual instanceof tf.Tensor && expected instanceof tf.Tensor)
    expect(actual.shape).toEqual(expected.shape)
  const [a, e] = [numbersOf(actual), numbersOf(expected)]
  expect(a.length).toBe(e.length)
  const worst = a
    .map((value, i) => ({ i, value, expected: e[i] ?? NaN }))
    .find(({ value, expected }) => !(Math.abs(value - expected) <= atol + rtol * Math.abs(expected)))
  expect(worst).toBeUndefined()
}

function numbersOf(values: tf.Tensor | ArrayLike<number>): number[] {
  return values instanceof tf.Tensor ? valuesOf(values) : Array.from(values)
}

/** A function from tensors to one tensor. */
export type TensorFunction = (...inputs: tf.Tensor[]) => tf.Tensor

/** Gradients of the weighted sum of f's result; the weights keep the parts of the gradient apart. */
function gradientsOf(f: TensorFunction, inputs: tf.Tensor[]): tf.Tensor[] {
  const weights = tf.tidy(() => randomTensor(f(...inputs).shape, 99))
  return tf.grads((...tensors) => tf.sum(tf.mul(f(...tensors), weights)))(inputs)
}

/**
 * The gradient of `f` along random directions is what central differences give.
 *
 * @param size of the step; the error grows with its square, and with the float32 noise divided by it
 */
export function expectGradientByDifferences(
  f: TensorFunction,
  inputs: tf.Tensor[],
  size = 1e-2,
  rtol = 1e-2,
): void {
  const gradients = gradientsOf(f, inputs)
  const weights = randomTensor(f(...inputs).shape, 99)
  const scalar = (at: tf.Tensor[]) => valuesOf(tf.sum(tf.mul(f(...at), weights)))[0] ?? NaN
  for (let seed = 0; seed < 3; seed++) {
    const directions = inputs.map((input, i) => randomTensor(input.shape, 1000 * seed + i + 1))
    const moved = (by: number) => inputs.map((input, i) => tf.add(input, tf.mul(directions[i] ?? 0, by)))
    const difference = (scalar(moved(size)) - scalar(moved(-size))) / (2 * size)
    const products = gradients.map((gradient, i) => tf.sum(tf.mul(gradient, directions[i] ?? 0)))
    const product = valuesOf(tf.addN(products))[0] ?? NaN
    const scale = Math.sqrt(
      gradients.reduce((sum, gradient) => sum + (valuesOf(tf.sum(tf.square(gradient)))[0] ?? 0), 0),
    )
    expect(Math.abs(difference - product)).toBeLessThan(rtol * scale)
  }
}

/** Both functions and their gradients by every input agree. */
export function expectSameWithGradients(
  f: TensorFunction,
  plain: TensorFunction,
  inputs: tf.Tensor[],
  tolerance: { atol?: number; rtol?: number } = { atol: 1e-5, rtol: 1e-4 },
): void {
  expectClose(f(...inputs), plain(...inputs), tolerance)
  const expected = gradientsOf(plain, inputs)
  gradientsOf(f, inputs).forEach((gradient, i) => {
    const other = expected[i]
    if (other === undefined) throw new Error(`no gradient ${i}`)
    expectClose(gradient, other, tolerance)
  })
}

/** `run` leaves behind the tensors that it returns, and no other. */
export function expectNoLeak(run: () => tf.Tensor | Iterable<tf.Tensor>): void {
  const before = tf.memory().numTensors
  const result = run()
  const tensors = result instanceof tf.Tensor ? [result] : [...result]
  expect(tf.memory().numTensors - before).toBe(tensors.length)
  tf.dispose(tensors)
  expect(tf.memory().numTensors).toBe(before)
}

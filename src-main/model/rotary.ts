/**
 * Rotary position embedding (Su et al., arXiv 2104.09864), as in nanochat: the two halves of a head are rotated against
 * each other, by the textbook's -angle, with cosines and sines rounded to bfloat16.
 *
 * The rounding makes it not quite a rotation (lengths change by up to 0.4 %), so the order matters: rotate, then norm.
 */
import * as tf from '@tensorflow/tfjs-core'

import { roundToBfloat16 } from './bfloat16'
import { differentiable } from './gradient'

/** Cosines and sines of the angles, for both halves of a head. */
export interface RotaryTable {
  /** [T, D]: `cos | cos` */
  cos: tf.Tensor
  /** [T, D]: `sin | -sin` */
  sin: tf.Tensor
}

/**
 * @param length number of positions, T
 * @param width width of a head, D
 */
export function rotaryTable(length: number, width: number, base: number): RotaryTable {
  const { cos, sin } = tableValues(length, width, base)
  return { cos: tf.tensor2d(cos, [length, width]), sin: tf.tensor2d(sin, [length, width]) }
}

interface TableValues {
  key: string
  cos: Float32Array
  sin: Float32Array
}

let latest: TableValues | undefined // every step asks for the same table, which takes milliseconds to fill

function tableValues(length: number, width: number, base: number): TableValues {
  const key = `${length} ${width} ${base}`
  if (latest?.key !== key) latest = { key, ...rotaryValues(0, length, width, base) }
  return latest
}

/** The values of {@link RotaryTable}, for `length` positions from `start` on. */
export function rotaryValues(
  start: number,
  length: number,
  width: number,
  base: number,
): Omit<TableValues, 'key'> {
  const half = width / 2
  const frequencies = Array.from({ length: half }, (_, channel) => frequency(channel, width, base))
  const cos = new Float32Array(length * width)
  const sin = new Float32Array(length * width)
  for (let row = 0; row < length; row++) {
    frequencies.forEach((step, channel) => {
      const angle = Math.fround((start + row) * step)
      const at = row * width + channel
      cos[at] = cos[at + half] = roundToBfloat16(Math.cos(angle))
      sin[at] = roundToBfloat16(Math.sin(angle))
      sin[at + half] = -(sin[at] ?? 0)
    })
  }
  return { cos, sin }
}

/** Angle from one position to the next, with each operation rounded to float32 as in torch. */
function frequency(channel: number, width: number, base: number): number {
  const exponent = Math.fround((2 * channel) / width)
  return Math.fround(1 / Math.fround(base ** exponent))
}

/**
 * `y1 = x1 cos + x2 sin`, `y2 = x2 cos - x1 sin` for the halves x1, x2 of every head.
 *
 * @param x [N, T, D]
 * @returns [N, T, D]
 */
export function rotate(x: tf.Tensor, table: RotaryTable): tf.Tensor {
  return differentiable(
    [x],
    () => ({
      value: tf.add(tf.mul(x, table.cos), tf.mul(swapHalves(x), table.sin)),
      saved: { cos: table.cos, sin: table.sin },
    }),
    (dy, { cos, sin }) => [tf.sub(tf.mul(dy, cos), tf.mul(swapHalves(dy), sin))], // the reverse rotation
  )
}

/** x2 | x1 from x1 | x2: one pass. */
function swapHalves(x: tf.Tensor): tf.Tensor {
  const [heads = 0, length = 0, width = 0] = x.shape
  return tf.reshape(tf.reverse(tf.reshape(x, [heads, length, 2, width / 2]), 2), x.shape)
}

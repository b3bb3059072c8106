/** Rounding to bfloat16 on plain numbers: float32 with the lower 16 bits of the significand gone. */

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/**
 * The bfloat16 nearest to `value` rounded to float32 first, ties to even, as a number: what torch's `.bfloat16()`
 * gives. NaN stays NaN.
 */
export function roundToBfloat16(value: number): number {
  float[0] = value
  const word = bits[0] ?? 0
  if (Number.isNaN(value)) return value
  const odd = (word >>> 16) & 1 // half a unit less one, plus one where the kept part is odd: a tie goes to even
  bits[0] = (word + 0x7fff + odd) & 0xffff0000
  return float[0]
}

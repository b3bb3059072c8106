/** Rounding to bfloat16 on plain numbers. bfloat16 is float32 without the lower 16 bits of the significand. */

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/**
 * Rounds `value` to float32, then to the nearest bfloat16, ties to even, and returns it as a number: the same as
 * torch's `.bfloat16()`. NaN stays NaN.
 */
export function roundToBfloat16(value: number): number {
  float[0] = value
  const word = bits[0] ?? 0
  if (Number.isNaN(value)) return value
  const odd = (word >>> 16) & 1 // adds half a unit less one, plus one where the kept part is odd: a tie goes to even
  bits[0] = (word + 0x7fff + odd) & 0xffff0000
  return float[0]
}

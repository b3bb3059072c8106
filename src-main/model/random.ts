/**
 * A small seeded generator of random numbers for the model's first weights.
 *
 * It is xoshiro128** (Blackman and Vigna, 2018), with its state filled from the seed by splitmix32. The same seed gives
 * the same numbers on every machine. They are not torch's numbers, which themselves differ by device.
 */

export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-24. */
  uniform(): number
  /** Standard normal. */
  normal(): number
}

export function seededRandom(seed: number): Random {
  const next = xoshiro128(seed)
  const uniform = () => (next() >>> 8) * 2 ** -24
  let spare: number | undefined // Box-Muller makes two at a time
  const normal = () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())) // 1 - u is never 0
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  return { uniform, normal }
}

/** Words of 32 bits, as integers that may be negative. */
function xoshiro128(seed: number): () => number {
  const fill = splitmix32(seed)
  let [a, b, c, d] = [fill(), fill(), fill(), fill()]
  return () => {
    const word = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return word
  }
}

function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let word = state
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    return word ^ (word >>> 15)
  }
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

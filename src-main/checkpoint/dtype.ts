/**
 * The five number formats: torch's names for them, and how they are widened to JavaScript's.
 *
 * Widening is exact. Narrowing rounds to the nearest value, ties to even, as torch does; a NaN stays a NaN. Both make
 * one pass over the data, without copies besides the result.
 */
import type { Dtype, NamedArray } from './types'

/** Bytes of one element in a file. */
export const bytesPerElement: Record<Dtype, number> = {
  float32: 4,
  bfloat16: 2,
  float16: 2,
  int32: 4,
  int64: 8,
}

/** torch's storage class for each format. */
export const torchStorages: Record<Dtype, string> = {
  float32: 'FloatStorage',
  bfloat16: 'BFloat16Storage',
  float16: 'HalfStorage',
  int32: 'IntStorage',
  int64: 'LongStorage',
}

/** The format of a storage class, if it is one of the five. */
export function dtypeOfStorage(name: string): Dtype | undefined {
  const dtypes: Dtype[] = ['float32', 'bfloat16', 'float16', 'int32', 'int64']
  return dtypes.find((dtype) => torchStorages[dtype] === name)
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/**
 * A file's little-endian elements as a typed array, bfloat16 and float16 widened.
 * @param bytes whole elements; read in place where format and alignment allow it
 */
export function widen(dtype: Dtype, bytes: Uint8Array): NamedArray['data'] {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  const { buffer, byteOffset, byteLength } = aligned
  const length = byteLength / bytesPerElement[dtype]
  if (dtype === 'float32') return new Float32Array(buffer, byteOffset, length)
  if (dtype === 'int32') return new Int32Array(buffer, byteOffset, length)
  if (dtype === 'int64') return new BigInt64Array(buffer, byteOffset, length)
  const bits = new Uint16Array(buffer, byteOffset, length)
  return dtype === 'bfloat16' ? widenBfloat16(bits) : widenFloat16(bits)
}

/** Elements `start` to `end` of an array as its format's little-endian bytes; a view where no rounding is needed. */
export function narrow(array: NamedArray, start: number, end: number): Uint8Array {
  const part = array.data.subarray(start, end)
  if (!(part instanceof Float32Array) || array.dtype === 'float32') {
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
  }
  const bits = array.dtype === 'bfloat16' ? narrowBfloat16(part) : narrowFloat16(part)
  return new Uint8Array(bits.buffer)
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16
  return new Float32Array(words.buffer)
}

function narrowBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0
    const isNaN = (word & 0x7fffffff) > 0x7f800000
    // Adding just under half of the last kept bit, plus that bit, rounds ties to even; a carry moves to the exponent.
    bits[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  }
  return bits
}

/** 1 sign, 5 exponent and 10 fraction bits; exponent 0 counts in steps of 2^-24. */
function widenFloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] ?? 0
    const exponent = (half >> 10) & 31
    const fraction = half & 0x3ff
    const magnitude =
      exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : exponent === 0
          ? fraction * 2 ** -24
          : (1 + fraction / 1024) * 2 ** (exponent - 15)
    values[i] = half >= 0x8000 ? -magnitude : magnitude
  }
  return values
}

function narrowFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) bits[i] = halfBits(values[i] ?? 0)
  return bits
}

function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  // Halfway between the largest half, 65504, and the next one if it existed.
  if (magnitude >= 65520) return sign | 0x7c00
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24)
  const exponent = Math.floor(Math.log2(magnitude))
  const fraction = roundToEven((magnitude / 2 ** exponent - 1) * 1024)
  // A fraction rounded up to 1024 carries into the exponent, which gives the next half.
  return sign | (((exponent + 15) << 10) + fraction)
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

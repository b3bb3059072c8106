/** Damage that knows nothing of a format: what disks, cut copies and editors do. */
import type { SeededRandom } from '../random'
import type { Mutated, Mutation } from './mutation'

/** Numbers that formats trip over, as they lie in a file. */
const EXTREMES: readonly [number, ...number[]] = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff,
]

const flip: Mutation = (bytes, random) => {
  const at = random.below(bytes.length)
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8))
  return { bytes: copy, what: `a bit of byte ${at} flipped` }
}

const truncate: Mutation = (bytes, random) => {
  const length = random.chance(0.2) ? random.below(16) : random.below(bytes.length)
  return { bytes: bytes.subarray(0, length), what: `cut to ${length} bytes` }
}

const zero: Mutation = (bytes, random) => {
  const { start, end } = block(bytes, random)
  return { bytes: Buffer.from(bytes).fill(0, start, end), what: `bytes ${start} to ${end} zeroed` }
}

const remove: Mutation = (bytes, random) => {
  const { start, end } = block(bytes, random)
  return {
    bytes: joined(bytes.subarray(0, start), bytes.subarray(end)),
    what: `bytes ${start} to ${end} removed`,
  }
}

const duplicate: Mutation = (bytes, random) => {
  const { start, end } = block(bytes, random)
  return {
    bytes: joined(bytes.subarray(0, end), bytes.subarray(start)),
    what: `bytes ${start} to ${end} twice`,
  }
}

const insert: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1)
  const added = Buffer.from(Array.from({ length: 1 + random.below(32) }, () => random.below(256)))
  return {
    bytes: joined(bytes.subarray(0, at), added, bytes.subarray(at)),
    what: `${added.length} bytes inserted at ${at}`,
  }
}

/** A little-endian number of 1 to 8 bytes becomes an extreme one. */
const extreme: Mutation = (bytes, random) => {
  const width = random.pick([1, 2, 4, 8])
  const at = random.below(bytes.length - width + 1)
  const value = random.pick(EXTREMES)
  const copy = Buffer.from(bytes)
  const number = Buffer.alloc(8)
  number.writeBigUInt64LE(BigInt(value) * (width === 8 && random.chance(0.5) ? 0xffffffffn : 1n))
  number.copy(copy, at, 0, width)
  return { bytes: copy, what: `${width} bytes at ${at} are ${value}` }
}

/** The end of many formats says where everything lies. */
const flipInTail: Mutation = (bytes, random) => {
  const tail = Math.min(bytes.length, 256)
  const at = bytes.length - tail + random.below(tail)
  const copy = Buffer.from(bytes)
  copy[at] = random.below(256)
  return { bytes: copy, what: `byte ${at} of the tail changed` }
}

const replace: Mutation = (_, random) => {
  const text = random.pick([
    '',
    '\n',
    '\0'.repeat(64),
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 132\n',
    '<!DOCTYPE html><html><body>404</body></html>',
    '\ufeff',
    '{}',
    '[]',
    'null',
  ])
  return { bytes: Buffer.from(text), what: `replaced by ${JSON.stringify(text.slice(0, 20))}` }
}

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  ...([flip, flip, truncate, zero, remove, duplicate] as const),
  ...([insert, extreme, extreme, flipInTail, flipInTail] as const),
]

export const damageBytes: Mutation = (bytes, random): Mutated => {
  if (bytes.length === 0 || random.chance(0.03)) return replace(bytes, random)
  return random.pick(MUTATIONS)(bytes, random)
}

/** At most a quarter of the input, and one byte at least. */
function block(bytes: Buffer, random: SeededRandom): { start: number; end: number } {
  const start = random.below(bytes.length)
  const most = random.chance(0.5) ? 16 : bytes.length / 4
  return { start, end: Math.min(bytes.length, start + 1 + random.below(most)) }
}

function joined(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts)
}

/** Damage to a pickle that knows its opcodes: swapped, repeated, left out, hostile ones put in, arguments out of bounds. */
import type { SeededRandom } from '../random'
import { damageBytes } from './bytes'
import type { Mutated, Mutation } from './mutation'

/** Bytes of the argument of opcodes whose argument has one length. */
const FIXED: Readonly<Record<string, number>> = {
  G: 8,
  J: 4,
  K: 1,
  M: 2,
  h: 1,
  j: 4,
  q: 1,
  r: 4,
  '\x80': 1,
  '\x95': 8,
}
/** Bytes of the length that is before an argument of any length. */
const PREFIXED: Readonly<Record<string, number>> = {
  ...{ B: 4, C: 1, X: 4, T: 4, U: 1 },
  ...{ '\x8a': 1, '\x8b': 4, '\x8c': 1, '\x8d': 8, '\x8e': 8, '\x96': 8 },
}

interface Opcode {
  start: number
  end: number
}

/** Parts of pickles that would run something, never end, or grow without bound. */
function hostileParts(random: SeededRandom): [string, string][] {
  const many = random.pick([100, 20_000, 300_000])
  return [
    ['cposix\nsystem\n(X\x04\x00\x00\x00truetR', 'a call of posix.system'],
    ['cbuiltins\neval\nX\x01\x00\x00\x001\x85R', 'a call of eval'],
    ['\x8c\x08builtins\x8c\x04exec\x93', 'a mention of exec'],
    ['c__builtin__\ngetattr\n', 'a mention of getattr'],
    ['ctorch._utils\n_rebuild_tensor_v2\n)R', 'a tensor of nothing'],
    ['ccollections\nOrderedDict\n)R', 'an empty dict'],
    [']'.repeat(many) + 'a'.repeat(many - 1), `lists nested ${many} deep`],
    ['('.repeat(many), `${many} marks`],
    [')'.repeat(many), `${many} empty tuples`],
    ['\x85'.repeat(many), `tuples nested ${many} deep`],
    [']q\x64h\x64ah\x64a', 'a list that holds itself'],
    ['}q\x65h\x65h\x65s', 'a dict that is its own key'],
    [`]q\x66${'(h\x66h\x66tq\x66'.repeat(40)}`, 'tuples that double forty times'],
    ['X\xff\xff\xff\x7f', 'a text of 2 GB'],
    ['\x8d\xff\xff\xff\xff\xff\xff\xff\x7f', 'a text of 2^63 bytes'],
    ['B\xff\xff\xff\xff', 'bytes of 4 GB'],
    ['\x8b\x00\x00\x00\x80', 'an integer of 2 GB'],
    ['\x8a\xff' + '\x7f'.repeat(255), 'an integer of 255 bytes'],
    ['r\xff\xff\xff\xff', 'a memo slot of 2^32'],
    ['Q', 'a persistent id'],
    ['I99999999999999999999\n', 'a number in digits'],
    ['G\x7f\xf8\x00\x00\x00\x00\x00\x00', 'a NaN'],
    ['G\x7f\xf0\x00\x00\x00\x00\x00\x00', 'an infinity'],
    ['J\xff\xff\xff\xff', 'a minus one'],
    ['J\xff\xff\xff\x7f', 'a huge number'],
    ['\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f', 'a number of 2^63'],
    ['0', 'a POP'],
    ['2', 'a DUP'],
    ['b', 'a BUILD'],
    ['N', 'a None'],
    ['.', 'a STOP'],
  ]
}

export const damagePickle: Mutation = (bytes, random): Mutated => {
  if (random.chance(0.2)) return damageBytes(bytes, random)
  const opcodes = opcodesOf(bytes)
  const one = opcodes[random.below(opcodes.length)]
  const other = opcodes[random.below(opcodes.length)]
  if (one === undefined || other === undefined) return damageBytes(bytes, random)
  const name = `opcode ${String.fromCharCode(bytes[one.start] ?? 0)} at ${one.start}`
  switch (random.below(6)) {
    case 0:
      return { bytes: spliced(bytes, one, Buffer.alloc(0)), what: `${name} left out` }
    case 1:
      return {
        bytes: spliced(bytes, one, bytes.subarray(other.start, other.end)),
        what: `${name} is that at ${other.start}`,
      }
    case 2:
      return {
        bytes: spliced(bytes, { start: one.start, end: one.start }, slice(bytes, other)),
        what: `${name} after that at ${other.start}`,
      }
    case 3:
      return argument(bytes, one, name, random)
    default: {
      const parts = hostileParts(random)
      const [part, what] = parts[random.below(parts.length)] ?? ['', '']
      const end = random.chance(0.5) ? one.start : one.end
      return {
        bytes: spliced(bytes, { start: one.start, end }, Buffer.from(part, 'latin1')),
        what: `${what} at ${one.start}`,
      }
    }
  }
}

function argument(bytes: Buffer, one: Opcode, name: string, random: SeededRandom): Mutated {
  const copy = Buffer.from(bytes)
  const value = random.pick([0, 0xff, 0x7f, 0x80])
  copy.fill(value, one.start + 1, one.end)
  return { bytes: copy, what: `the argument of ${name} is all ${value}` }
}

function slice(bytes: Buffer, { start, end }: Opcode): Buffer {
  return bytes.subarray(start, end)
}

function spliced(bytes: Buffer, { start, end }: Opcode, part: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, start), part, bytes.subarray(end)])
}

/** Where each opcode of a whole pickle begins and ends. */
export function opcodesOf(bytes: Buffer): Opcode[] {
  const opcodes: Opcode[] = []
  for (let at = 0; at < bytes.length;) {
    const end = endOf(bytes, at)
    opcodes.push({ start: at, end })
    at = end
  }
  return opcodes
}

function endOf(bytes: Buffer, start: number): number {
  const code = String.fromCharCode(bytes[start] ?? 0)
  const at = start + 1
  if (code === 'c') return bytes.indexOf('\n', bytes.indexOf('\n', at) + 1) + 1
  const width = PREFIXED[code]
  if (width === undefined) return Math.min(bytes.length, at + (FIXED[code] ?? 0))
  if (at + width > bytes.length) return bytes.length
  const length = bytes.readUIntLE(at, Math.min(6, width))
  return Math.min(bytes.length, at + width + length)
}

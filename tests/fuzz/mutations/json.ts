/** Damage to JSON that stays JSON, or nearly: wrong types, missing and foreign keys, numbers and depths out of bounds. */
import type { SeededRandom } from '../random'
import { damageBytes } from './bytes'
import type { Mutated, Mutation } from './mutation'

/** Values in JSON's own words, so that NaN, huge numbers and repeated keys can be written. */
const HOSTILE: readonly [string, ...string[]] = [
  ...(['null', 'true', 'false', '""', '[]', '{}', '[[]]', '[null]', '{"":null}'] as const),
  ...(['0', '-0', '-1', '1', '0.5', '1e9', '1e12', '2147483648', '-2147483649'] as const),
  ...([
    '9007199254740991',
    '9007199254740993',
    '1e308',
    '1e999',
    '-1e999',
    'NaN',
    'Infinity',
    '-Infinity',
  ] as const),
  ...([
    '"NaN"',
    '"\\u0000"',
    '"a\\u0000b"',
    '"../../etc/passwd"',
    '"/dev/zero"',
    '"/"',
    '"~"',
    '"\\ud800"',
  ] as const),
  ...([
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"toString":1}',
  ] as const),
]

const DEPTHS: readonly [number, ...number[]] = [100, 5_000, 200_000]
const LENGTHS: readonly [number, ...number[]] = [1_000, 100_000, 5_000_000]

type Path = readonly (string | number)[]

export const damageJson: Mutation = (bytes, random): Mutated => {
  if (random.chance(0.15)) return damageBytes(bytes, random)
  const value = parsed(bytes)
  if (value === undefined) return damageBytes(bytes, random)
  const path = random.pick(pathsOf(value))
  try {
    const { text, what } = damageAt(value, path, random)
    return { bytes: Buffer.from(text), what: `${path.join('.') || 'the whole'}: ${what}` }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return damageBytes(bytes, random) // a mutation before this one has nested it too deep for us
  }
}

/** The same for a file with a JSON value a line. */
export const damageJsonLines: Mutation = (bytes, random): Mutated => {
  if (random.chance(0.2)) return damageBytes(bytes, random)
  const lines = bytes.toString('utf8').split('\n')
  const at = random.below(lines.length - 1)
  const { bytes: line, what } = damageJson(Buffer.from(lines[at] ?? ''), random)
  lines[at] = line.toString('utf8')
  return { bytes: Buffer.from(lines.join('\n')), what: `line ${at + 1}, ${what}` }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function damageAt(value: unknown, path: Path, random: SeededRandom): { text: string; what: string } {
  const put = (literal: string, what = literal.slice(0, 40)) => ({
    text: withLiteral(value, path, literal),
    what,
  })
  const old = JSON.stringify(at(value, path))
  switch (random.below(7)) {
    case 0:
      return { text: JSON.stringify(without(value, path)), what: 'left out' }
    case 1: {
      const key = random.pick(['__proto__', 'constructor', 'toString', '', 'nonsense', '\u0000'])
      return put(`{${JSON.stringify(key)}:${old}}`, `within the key ${JSON.stringify(key)}`)
    }
    case 2: {
      const depth = random.pick(DEPTHS)
      const [open, close] = random.pick([
        ['[', ']'],
        ['{"a":', '}'],
      ])
      return put(open.repeat(depth) + old + close.repeat(depth), `nested ${depth} deep`)
    }
    case 3: {
      const length = random.pick(LENGTHS)
      const unit = random.pick(['x', ' ', '\\u0000', '\\n', '🙂', '9'])
      return put(`"${unit.repeat(length)}"`, `${length} times ${unit}`)
    }
    case 4: {
      const length = random.pick([10, 1_000, 50_000])
      return put(`[${Array.from({ length }, () => old).join(',')}]`, `a list of itself ${length} times`)
    }
    default:
      return put(random.pick(HOSTILE))
  }
}

/** Every place of a value, at most some hundreds: the whole first. */
function pathsOf(value: unknown): [Path, ...Path[]] {
  const paths: [Path, ...Path[]] = [[]]
  for (const path of paths) {
    if (paths.length > 400) break
    const here = at(value, path)
    if (typeof here !== 'object' || here === null) continue
    const keys = Array.isArray(here) ? [...here.keys()].slice(0, 8) : Object.keys(here)
    for (const key of keys) paths.push([...path, key])
  }
  return paths
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (here, key) => (typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined),
    value,
  )
}

/** A copy in which a place is changed. */
function changed(
  value: unknown,
  path: Path,
  change: (parent: object, key: string | number) => void,
): unknown {
  const key = path.at(-1)
  const copy = structuredClone(value)
  const parent = at(copy, path.slice(0, -1))
  if (key !== undefined && typeof parent === 'object' && parent !== null) change(parent, key)
  return copy
}

function without(value: unknown, path: Path): unknown {
  if (path.length === 0) return null
  return changed(value, path, (parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else Reflect.deleteProperty(parent, key)
  })
}

/** The value's text with a place replaced by words that JSON.stringify could not write. */
function withLiteral(value: unknown, path: Path, literal: string): string {
  if (path.length === 0) return literal
  const marker = '\u0001here\u0001'
  const marked = changed(value, path, (parent, key) => Reflect.set(parent, key, marker))
  return JSON.stringify(marked).replace(JSON.stringify(marker), () => literal)
}

/** Damage to text: source code, lists of words. */
import { damageBytes } from './bytes'
import type { Mutated, Mutation } from './mutation'

const PIECES: readonly [string, ...string[]] = [
  ...([
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    '=',
    '==',
    ':',
    '\\',
    '\\\n',
    '#',
    '"',
    "'",
    '"""',
    "'''",
    '@',
  ] as const),
  ...([
    'None',
    'True',
    'lambda x: x',
    'f"{x}"',
    '*args',
    '**kwargs',
    'for',
    'base_dir',
    'os.path.join(',
  ] as const),
  ...([
    '1e999',
    '-1',
    '1_000',
    '0x10',
    '99999999999999999999',
    '1 + 1',
    '0.5',
    '"\\x00"',
    '"\\u0000"',
  ] as const),
  ...(['\0', '\ufeff', '\r', '\r\n', '\u2028', '\t', ' ', '\ud800', '🙂'] as const),
  ...([
    'TaskMixture([',
    'MMLU(subset="all")',
    'SmolTalk(split="train", stop=10**9)',
    '__import__("os")',
  ] as const),
]

export const damageText: Mutation = (bytes, random): Mutated => {
  if (random.chance(0.3)) return damageBytes(bytes, random)
  const text = bytes.toString('utf8')
  const at = random.below(text.length)
  const times = random.chance(0.2) ? random.pick([1_000, 100_000, 400_000]) : 1 + random.below(3)
  const piece = random.pick(PIECES)
  const skipped = random.chance(0.5) ? random.below(12) : 0
  return {
    bytes: Buffer.from(text.slice(0, at) + piece.repeat(times) + text.slice(at + skipped)),
    what: `${JSON.stringify(piece)} ${times} times at ${at} in place of ${skipped} characters`,
  }
}

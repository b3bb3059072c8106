/** What is wrong with an error's words as a person would read them; null where nothing is. */
import type { Failure } from '../../src-main/errors'

const RAW: readonly [RegExp, string][] = [
  [
    /Invalid input|expected \w+, received|Too (small|big): expected|Unrecognized key|Invalid option/,
    "zod's own words",
  ],
  [/\bundefined\b|\[object |\bNaN bytes\b/, 'a value that is none'],
  [/\.\.(?!\.|\/)(?<!\.\.\.)/, 'two full stops'],
  [/^\s|\s$/, 'white space around it'],
]

/** Messages longer than this quote too much of what was read. */
const MOST_CHARACTERS = 2_000

export function faultOfWords({ code, message, remedy, issues = [] }: Failure): string | null {
  if (!/^[a-z][\w-]*([._-][\w-]+)*$/.test(code) || code === 'internal') return `the code ${code}`
  if (message === '') return 'no message'
  if (!message.includes('\n') && !/[.!?:…]$/.test(message)) return `no full stop: ${message.slice(-80)}`
  for (const text of [message, remedy ?? 'x', ...issues.map((issue) => issue.message)]) {
    if (text.length > MOST_CHARACTERS) return `a text of ${text.length} characters: ${text.slice(0, 80)}…`
    const raw = RAW.find(([pattern]) => pattern.test(text))
    if (raw !== undefined) return `${raw[1]}: ${text}`
  }
  return null
}

/**
 * The faults that a schema finds, in words: where the value is, what it is, and what it must be. zod's own messages are
 * for programmers; users never see them.
 */
import type { z } from 'zod'

import type { Issue } from './errors'
import { shownValue } from './shown'

type ZodIssue = z.core.$ZodIssue

/** At most this many faults are listed; a damaged file may have one in every place. */
const LISTED = 20

/** Every fault that zod found in `input`, at most twenty: `{ path: 'n_layer', message: 'is 0; it must be at least 1' }`. */
export function schemaFaults(error: z.ZodError, input: unknown): Issue[] {
  return error.issues.slice(0, LISTED).flatMap((issue) => faultsOf(issue, input))
}

/**
 * The first fault as a phrase: `n_layer is 0; it must be at least 1`.
 *
 * @param whole name for the value itself
 */
export function firstFault(error: z.ZodError, input: unknown, whole = 'it'): string {
  const [first] = schemaFaults(error, input)
  if (first === undefined) return `${whole} is not as expected`
  const isPhrase = /^(is|must) /.test(first.message)
  return isPhrase || first.path === ''
    ? `${first.path || whole} ${first.message}`
    : `${first.path}: ${first.message}`
}

function faultsOf(issue: ZodIssue, input: unknown): Issue[] {
  const path = issue.path.map((key) => shownKey(key)).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, LISTED).map((key) => ({
      path: path === '' ? shownKey(key) : `${path}.${shownKey(key)}`,
      message: 'is not known here',
    }))
  }
  if (isOurs(issue)) return [{ path, message: issue.message }]
  const value = valueAt(input, issue.path)
  if (value === undefined) return [{ path, message: 'is missing' }]
  return [{ path, message: `is ${shownValue(value)}; it must be ${due(issue)}` }]
}

/** Whether the schema itself says what is wrong. */
function isOurs({ code, message }: ZodIssue): boolean {
  return code === 'custom' || !/^(Invalid|Too |Unrecognized)/.test(message)
}

function due(issue: ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? 'of another kind'
    case 'invalid_value':
      return issue.values.map((value) => shownValue(value)).join(' or ')
    case 'too_small':
      return sized(issue.origin, 'at least', issue.minimum)
    case 'too_big':
      return sized(issue.origin, 'at most', issue.maximum)
    case 'not_multiple_of':
      return `a multiple of ${String(issue.divisor)}`
    case 'invalid_union':
      return (
        [...new Set(issue.errors.flatMap((each) => each.slice(0, 1).map(due)))].join(' or ') ||
        'another value'
      )
    default:
      return 'another value'
  }
}

function sized(origin: string, bound: string, size: number | bigint): string {
  const one = Number(size) === 1
  if (origin === 'string')
    return bound === 'at least' && one ? 'a text that is not empty' : `a text of ${bound} ${size} characters`
  if (origin === 'array') {
    return bound === 'at least' && one
      ? 'a list that is not empty'
      : `a list of ${bound} ${size} ${one ? 'entry' : 'entries'}`
  }
  return `${bound} ${String(size)}`
}

const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object in braces',
  record: 'an object in braces',
  null: 'null',
}

/** A key comes from the file, so it may be anything. */
function shownKey(key: PropertyKey): string {
  const text = String(key)
  return /^[\w.-]{1,60}$/.test(text) ? text : shownValue(text)
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    input,
  )
}

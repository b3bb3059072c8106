/**
 * Turns what zod finds wrong with a config into issues that name the field, what it is, and what would be right.
 */
import type { z } from 'zod'

import { mixture, mixtureEntry } from '../data/mixture.schema'
import type { Issue } from '../errors'
import { runConfig } from './config.schema'
import { nearest } from './nearest'

type ZodIssue = z.core.$ZodIssue

/** Every fault zod found in `input`, in the order of the file. */
export function configIssues(error: z.ZodError, input: unknown): Issue[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownKeys(issue, input) : [wrongValue(issue, input)],
  )
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, input: unknown): Issue[] {
  const known = knownKeys(issue.path, input)
  return issue.keys.map((key) => {
    const suggestion = nearest(key, known)
    return {
      path: dotted([...issue.path, key]),
      message: 'is not a known option',
      hint: suggestion === undefined ? `known here: ${known.join(', ')}` : `did you mean ${suggestion}?`,
    }
  })
}

/** The keys that may stand where an unknown one was found: in the config, in `mixture`, or in one of its entries. */
function knownKeys(path: readonly PropertyKey[], input: unknown): string[] {
  if (path.length === 0) return Object.keys(runConfig.shape)
  if (path.length === 1) return Object.keys(mixture.shape)
  const task = valueAt(input, [...path, 'task'])
  const entry = mixtureEntry.options.find((option) => option.shape.task.value === task)
  return entry === undefined ? [] : Object.keys(entry.shape)
}

function wrongValue(issue: ZodIssue, input: unknown): Issue {
  const path =
    issue.code === 'invalid_union' && issue.discriminator ? [...issue.path, issue.discriminator] : issue.path
  const value = valueAt(input, path)
  const right = rightValue(issue, path)
  return {
    path: dotted(path),
    message: value === undefined ? 'is missing' : `is ${shown(value)}`,
    hint: right === undefined ? issue.message : `it must be ${right}`,
  }
}

const KINDS: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text in quotes',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object in braces',
  null: 'null',
}

/** What would be right in the place of a fault; undefined where zod's own message has to do. */
function rightValue(issue: ZodIssue, path: readonly PropertyKey[]): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected]
    case 'too_small':
      if (issue.origin === 'array') return `a list of at least ${String(issue.minimum)}`
      if (issue.origin === 'string') return 'a text that is not empty'
      return `at least ${String(issue.minimum)}`
    case 'too_big':
      return `at most ${String(issue.maximum)}`
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ')
    case 'invalid_union':
      return path.at(-1) === 'task'
        ? mixtureEntry.options.map((option) => JSON.stringify(option.shape.task.value)).join(' or ')
        : alternatives(issue.errors)
    default:
      return undefined
  }
}

/** A value that fits one of several shapes: what each of them wants, once each. */
function alternatives(errors: readonly (readonly ZodIssue[])[]): string | undefined {
  const wanted = errors.flatMap(([first]) =>
    first === undefined ? [] : (rightValue(first, first.path) ?? []),
  )
  return wanted.length === 0 ? undefined : [...new Set(wanted)].join(' or ')
}

/** `mixture.train.2.filepath` */
function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  )
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}

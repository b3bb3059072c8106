/** Turns zod's errors about a config into issues that name the field, its value, and what would be right. */
import type { z } from 'zod'

import type { Issue } from '../errors'
import { fieldSchema, knownKeys, type Path, rightValue } from './config-fields'
import { shownValue } from '../shown'
import { nearest } from './nearest'

type ZodIssue = z.core.$ZodIssue

/** Every fault that zod found in `input`, in the order of the file; a field that breaks two rules gives one fault. */
export function configIssues(error: z.ZodError, input: unknown): Issue[] {
  const issues = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownKeys(issue, input) : [wrongValue(issue, input)],
  )
  const said = issues.map(({ path, message, hint }) => JSON.stringify([path, message, hint]))
  return issues.filter((_, i) => said.indexOf(said[i] ?? '') === i)
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

function wrongValue(issue: ZodIssue, input: unknown): Issue {
  const value = valueAt(input, issue.path)
  const schema = fieldSchema(issue.path, input)
  return {
    path: dotted(issue.path),
    message: value === undefined ? 'is missing' : `is ${shownValue(value)}`,
    hint: schema === undefined ? issue.message : `it must be ${rightValue(schema)}`,
  }
}

/** `mixture.train.2.filepath` */
function dotted(path: Path): string {
  return path.map(String).join('.')
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  )
}

/**
 * Describes which values a config's fields take. It reads them from the JSON Schema that zod derives from
 * config.schema.ts, so the description cannot differ from what is accepted.
 */
import { z } from 'zod'

import { runConfig } from './config.schema'

export type Path = readonly PropertyKey[]
export type FieldSchema = z.core.JSONSchema.BaseSchema

const CONFIG: FieldSchema = z.toJSONSchema(runConfig, { io: 'input' })

/** The keys allowed at a path, where it leads to an object with fixed keys. */
export function knownKeys(path: Path, input: unknown): string[] {
  return Object.keys(fieldSchema(path, input)?.properties ?? {})
}

/** The schema at a path. `input` decides which kind of task a mixture's entry is. */
export function fieldSchema(path: Path, input: unknown): FieldSchema | undefined {
  let schema: FieldSchema | undefined = ofItsTask(CONFIG, input)
  let value = input
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
    const next: unknown =
      typeof key === 'number' ? (schema.prefixItems?.[key] ?? schema.items) : schema.properties?.[String(key)]
    if (!isSchema(next)) return key === 'task' ? taskNames(schema) : undefined
    schema = ofItsTask(next, value)
  }
  return schema
}

/** Out of an entry's alternatives, the one for the task that the entry names; any other schema unchanged. */
function ofItsTask(schema: FieldSchema, value: unknown): FieldSchema {
  const task: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'task') : undefined
  return alternatives(schema).find((each) => taskOf(each) === task && task !== undefined) ?? schema
}

/** The schema of `task` itself in an entry whose task is not known. */
function taskNames(schema: FieldSchema): FieldSchema | undefined {
  const names = alternatives(schema).map(taskOf)
  return names.length === 0 ? undefined : { enum: names.filter((name) => typeof name === 'string') }
}

function taskOf(schema: FieldSchema): unknown {
  const task = schema.properties?.['task']
  return typeof task === 'object' ? task.const : undefined
}

function alternatives(schema: FieldSchema): FieldSchema[] {
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter(isSchema)
}

function isSchema(value: unknown): value is FieldSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `-1 or a whole number of at least 1` */
export function rightValue(schema: FieldSchema): string {
  const choices = alternatives(schema)
  if (choices.length > 0) return [...new Set(choices.map(rightValue))].join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  return `${kind(schema)}${limit(schema)}`
}

function kind({ type, minLength, minItems, pattern, description }: FieldSchema): string {
  switch (type) {
    case 'integer':
      return 'a whole number'
    case 'number':
      return 'a number'
    case 'string':
      if (description !== undefined) return description
      if (pattern !== undefined) return 'a path'
      return (minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text'
    case 'boolean':
      return 'true or false'
    case 'array':
      if (description !== undefined) return description
      return (minItems ?? 0) > 0 ? 'a list that is not empty' : 'a list'
    case 'null':
      return 'null'
    default:
      return 'an object in braces'
  }
}

/** Bounds that are only JavaScript's limits are left out; a bound of ours comes with its reason. */
function limit({ minimum, maximum, description }: FieldSchema): string {
  const least = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? null : minimum
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? null : maximum
  if (least === null) return ''
  if (most === null) return ` of at least ${String(least)}`
  const why = description === undefined ? '' : ` (${description})`
  return ` from ${String(least)} to ${String(most)}${why}`
}

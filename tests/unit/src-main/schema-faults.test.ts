import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { firstFault, schemaFaults } from '../../../src-main/schema-faults'

const schema = z.strictObject({
  layers: z.int().min(1).max(9),
  name: z.string().min(1),
  list: z.array(z.number()).min(1),
  of: z.enum(['a', 'b']),
  either: z.union([z.literal(-1), z.int().min(1)]),
  own: z.string().regex(/^\w+$/, 'must be a folder name').optional(),
  map: z.record(z.string(), z.boolean()).optional(),
})
const right = { layers: 1, name: 'n', list: [1], of: 'a', either: -1 }

function faults(change: object): string[] {
  const input = { ...right, ...change }
  const result = schema.safeParse(input)
  return result.success
    ? []
    : schemaFaults(result.error, input).map(({ path, message }) => `${path} ${message}`)
}

describe('schemaFaults', () => {
  it.each([
    [{}, []],
    [{ layers: 0 }, ['layers is 0; it must be at least 1']],
    [{ layers: 10 }, ['layers is 10; it must be at most 9']],
    [{ layers: 1.5 }, ['layers is 1.5; it must be a whole number']],
    [{ layers: '1' }, ['layers is "1"; it must be a number']],
    [{ layers: undefined }, ['layers is missing']],
    [{ name: '' }, ['name is ""; it must be a text that is not empty']],
    [{ list: [] }, ['list is []; it must be a list that is not empty']],
    [{ list: [1, null] }, ['list.1 is null; it must be a number']],
    [{ of: 'c' }, ['of is "c"; it must be "a" or "b"']],
    [{ either: 0 }, ['either is 0; it must be at least 1']],
    [{ own: '/' }, ['own must be a folder name']],
    [{ map: { '\u0000': 1 } }, ['map."\\u0000" is 1; it must be true or false']],
    [{ extra: 1 }, ['extra is not known here']],
    [{ name: 'x'.repeat(1e6), layers: null }, ['layers is null; it must be a number']],
  ])('%j', (change, expected) => {
    expect(faults(change)).toEqual(expected)
  })

  it('names twenty faults at most', () => {
    expect(faults({ list: Array.from({ length: 1000 }, () => 'x') })).toHaveLength(20)
  })
})

it('firstFault speaks of the first, and of the whole where that is at fault', () => {
  const whole = schema.safeParse('text')
  if (whole.success) throw new Error('a text is no object')
  expect(firstFault(whole.error, 'text')).toBe('it is "text"; it must be an object in braces')
})

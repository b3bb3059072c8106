import { expect, test } from 'vitest'

import { failureText, optionalCount, optionalString, requiredString } from '../../../../src-main/cli/usage'
import { failureOf } from '../../../support/failure'

test('a failure reads as what, where, and what to do', () => {
  const issues = [
    { path: 'a.b', message: 'is 3', hint: 'it must be 4' },
    { path: '', message: 'no place' },
  ]
  expect(failureText({ code: 'x', message: 'Two faults.', issues, remedy: 'Mend them.' })).toBe(
    'Two faults.\n  a.b is 3; it must be 4\n  no place\nMend them.',
  )
  expect(failureText({ code: 'x', message: 'Just this.' })).toBe('Just this.')
})

test('an issue of sentences reads as sentences', () => {
  const read = (message: string, hint?: string): string =>
    failureText({ code: 'x', message: 'One fault.', issues: [{ path: 'a.b', message, hint }] }).split(
      '\n  ',
    )[1] ?? ''
  expect(read('The folder is read-only.', 'Mend that.')).toBe('a.b: The folder is read-only. Mend that.')
  expect(read('/c: there is no such file', 'Correct the path.')).toBe(
    'a.b: /c: there is no such file. Correct the path.',
  )
  expect(read('is 3', 'it must be 4')).toBe('a.b is 3; it must be 4')
  expect(read('stop 20 lies before start 50')).toBe('a.b: stop 20 lies before start 50')
  expect(read('Nothing is there.')).toBe('a.b: Nothing is there.')
})

test('the same fault is not said twice', () => {
  const issues = [{ path: 'mixture.train.0.filepath', message: '/a.jsonl: there is no such file' }]
  const message = 'mixture.train.0.filepath: /a.jsonl: there is no such file.'
  expect(failureText({ code: 'x', message, issues, remedy: 'Correct the path.' })).toBe(
    `${message}\nCorrect the path.`,
  )
})

test('what would be right is not said twice either', () => {
  const issues = [{ path: 'seed', message: 'is 1.5', hint: 'it must be a whole number' }]
  const message = 'seed is 1.5; it must be a whole number.'
  expect(failureText({ code: 'x', message, issues })).toBe(message)
})

test('a remedy of one fault stands by it, whether the message says the fault or a line of its own', () => {
  const issues = [
    {
      path: 'mixture.train.0.filepath',
      message: '/a.jsonl: there is no such file',
      hint: 'Correct the path.',
    },
    { path: 'mixture.train.1.start', message: 'start 5 lies beyond 3 rows.', hint: 'Choose a smaller one.' },
  ]
  const message = 'mixture.train.0.filepath: /a.jsonl: there is no such file. One more entry is at fault.'
  expect(failureText({ code: 'x', message, issues, remedy: 'Correct these entries.' })).toBe(
    `${message}\nCorrect the path.\n  mixture.train.1.start: start 5 lies beyond 3 rows. Choose a smaller one.\nCorrect these entries.`,
  )
})

test('options are read, or refused by name', async () => {
  const values = { config: 'a.json', count: '12', none: undefined, flag: true }
  expect(requiredString(values, 'config', 'train')).toBe('a.json')
  expect(optionalString(values, 'none')).toBeNull()
  expect(optionalCount(values, 'count')).toBe(12)
  expect(optionalCount(values, 'none')).toBeNull()
  expect(optionalCount({ rank: '0' }, 'rank', 0)).toBe(0)
  const missing = await failureOf(() => requiredString(values, 'none', 'train --config F'))
  expect(missing).toMatchObject({ code: 'usage', message: '--none is missing.' })
  expect(missing.remedy).toContain('train --config F')
  for (const count of ['0', '-1', '1.5', 'x', '']) {
    expect((await failureOf(() => optionalCount({ count }, 'count'))).code).toBe('usage')
  }
  expect(optionalCount({ threads: '2' }, 'threads', 1, 2)).toBe(2)
  const many = await failureOf(() => optionalCount({ threads: '3' }, 'threads', 1, 2))
  expect(many.message).toBe('--threads is 3; it must be a whole number from 1 to 2.')
})

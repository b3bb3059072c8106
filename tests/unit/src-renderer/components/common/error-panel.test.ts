// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { CallError } from '../../../../../src-renderer/api/client'
import ErrorPanel from '../../../../../src-renderer/components/common/ErrorPanel.vue'

const lines = (error: CallError): string[] =>
  mount(ErrorPanel, { props: { error } })
    .findAll('p, li')
    .map((line) => line.text().replace(/\s+/g, ' '))

it('says what, where, and what to do; each remedy by its own fault', () => {
  const error = new CallError({
    code: 'x',
    message: 'train.0: a.jsonl is missing. 2 more entries are at fault.',
    issues: [
      { path: 'train.0', message: 'a.jsonl is missing', hint: 'Correct the path.' },
      { path: 'train.1', message: 'start 5 lies beyond 3 rows', hint: 'Set it to 3 or less.' },
      { path: 'train.2', message: 'is 1.5', hint: 'it must be a whole number' },
    ],
    remedy: 'Correct these entries.',
  })
  expect(lines(error)).toEqual([
    'train.0: a.jsonl is missing. 2 more entries are at fault.',
    'Correct the path.',
    'train.1 start 5 lies beyond 3 rows. Set it to 3 or less.',
    'train.2 is 1.5 it must be a whole number',
    'Correct these entries.',
  ])
})

it('is red for a failure, and amber where nothing is lost', () => {
  const error = new CallError({ code: 'x', message: 'Cut off.' })
  expect(mount(ErrorPanel, { props: { error } }).classes()).not.toContain('mild')
  expect(mount(ErrorPanel, { props: { error, mild: true } }).classes()).toContain('mild')
})

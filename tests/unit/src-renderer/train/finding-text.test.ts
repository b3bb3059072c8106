import { expect, it } from 'vitest'

import { findingLine, findingText } from '../../../../src-renderer/train/finding-text'

const block = { level: 'block', path: 'seed' } as const

it.each([
  [{ message: 'is -1' }, 'is -1', null, 'is -1'],
  [
    { message: 'is 1.5', remedy: 'it must be a whole number' },
    'is 1.5; it must be a whole number',
    null,
    'is 1.5; it must be a whole number',
  ],
  [
    { message: '50 steps are two epochs.', remedy: 'Set it to -1.' },
    '50 steps are two epochs.',
    'Set it to -1.',
    '50 steps are two epochs. Set it to -1.',
  ],
  [{ message: 'is -1', remedy: 'Set it to 1.' }, 'is -1', 'Set it to 1.', 'is -1. Set it to 1.'],
])('%j', (words, text, remedy, line) => {
  expect(findingText({ ...block, ...words })).toEqual({ text, remedy })
  expect(findingLine({ ...block, ...words })).toBe(line)
})

// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { sortDropped } from '../../../../src-renderer/mixture/dropped'

it('takes files of conversations', () => {
  expect(sortDropped(['/a.jsonl', '/b.JSON'])).toEqual({ lines: ['/a.jsonl', '/b.JSON'], refusal: null })
})

it('names every other file, also beside those it takes', () => {
  const { lines, refusal } = sortDropped(['/a.jsonl', '/t.csv', '/folder'])
  expect(lines).toEqual(['/a.jsonl'])
  expect(refusal?.message).toBe('Not a .jsonl file: /t.csv, /folder')
  expect(refusal?.remedy).toContain('one array of messages a line')
})

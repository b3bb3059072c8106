import { describe, expect, it } from 'vitest'

import { MidbenchError, toFailure } from '../../../src-main/errors'

describe('a message is a sentence, whatever it was put together from', () => {
  it.each([
    ['the mixture has no val tasks', 'The mixture has no val tasks.'],
    ['The row is always cropped.. Raise max_seq_len.', 'The row is always cropped. Raise max_seq_len.'],
    ['It is cut.', 'It is cut.'],
    ['Is it there?', 'Is it there?'],
    ['/data/a.jsonl, line 3: the role is missing', '/data/a.jsonl, line 3: the role is missing.'],
    ['max_seq_len is 0; it must be at least 1', 'max_seq_len is 0; it must be at least 1.'],
    ["nanochat's script has no words for it", "nanochat's script has no words for it."],
    ['It lies in ../base.', 'It lies in ../base.'],
    ['Wait…', 'Wait…'],
    ['It failed:\nline 1\nline 2', 'It failed:\nline 1\nline 2'],
    ['', ''],
  ])('%j', (given, message) => {
    expect(new MidbenchError({ code: 'a.b', message: given }).message).toBe(message)
    expect(new MidbenchError({ code: 'a.b', message: 'x', remedy: given }).remedy).toBe(message)
  })

  it('usage stays as it is typed', () => {
    const error = new MidbenchError({
      code: 'usage',
      message: 'No command.',
      remedy: 'Usage: midbench train --json',
    })
    expect(error.remedy).toBe('Usage: midbench train --json')
  })
})

it('anything thrown becomes data', () => {
  const failure = {
    code: 'a.b',
    message: 'It is cut.',
    remedy: 'Copy it.',
    issues: [{ path: 'x', message: 'is 1' }],
  }
  expect(toFailure(new MidbenchError(failure))).toEqual(failure)
  expect(toFailure(new Error('oh'))).toEqual({ code: 'internal', message: 'oh' })
  expect(toFailure('text')).toEqual({ code: 'internal', message: 'text' })
})

// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'

import { calls } from '../../../../src-main/contract/contract'
import { CallError } from '../../../../src-renderer/api/client'
import { NEW_TALK, type Talk } from '../../../../src-renderer/talk/conversation'
import { fromKept, nameOf, toKept } from '../../../../src-renderer/talk/kept'
import { exchange, SAMPLING, take, token } from './samples'

const beside = {
  id: 'one',
  name: 'One',
  created_at: 1,
  models: [{ of: 'base' as const }],
  sampling: SAMPLING,
  calculator: true,
}
const answer = { tokens: [token('A')], rest: '', stopped: 'limit' as const, written: null }
const two = take('t', [], {
  answers: [answer, { ...answer, tokens: [token('B')], written: 'Bee', stopped: 'end' }],
  chosen: 1,
})
const error = new CallError({ code: 'x', message: 'No.', remedy: 'Do so.' })
const failed = take('f', [], { answers: [{ ...answer, tokens: [], stopped: 'cancelled' }], error })
const talk: Talk = {
  system: 'Be brief',
  raw: false,
  exchanges: [
    { id: '1', said: 'Hello', sides: [{ takes: [take('s', ['Hi']), two], shown: 1 }] },
    exchange('2', 'And?', failed),
  ],
}

describe('a kept conversation', () => {
  const kept = toKept(talk, beside)
  it('is one that the main process takes', () => {
    expect(calls['talk.keep'].input.safeParse({ place: '/p', talk: kept }).error).toBeUndefined()
  })
  it('says what goes on in it, whoever wrote that', () => {
    const [side] = kept.exchanges[0]?.sides ?? []
    expect(side?.takes.map(({ answers }) => answers.map(({ content }) => content))).toEqual([
      ['Hi'],
      ['A', 'Bee'],
    ])
  })
  it('is the same when it is opened again', () => {
    expect(fromKept(kept)).toEqual(talk)
    expect(fromKept(kept).exchanges[1]?.sides[0]?.takes[0]?.error).toBeInstanceOf(CallError)
  })
  it('keeps an answer that is still coming as one that was stopped', () => {
    const coming = take('c', [], { answers: [{ ...answer, stopped: null }] })
    const [first] = toKept({ ...NEW_TALK, exchanges: [exchange('1', 'a', coming)] }, beside).exchanges
    expect(first?.sides[0]?.takes[0]?.answers[0]?.stopped).toBe('cancelled')
  })
})

it('is named by how it begins', () => {
  const named = (said: string): string => nameOf({ ...NEW_TALK, exchanges: [exchange('1', said)] })
  expect(named('  How are\n you? ')).toBe('How are you?')
  expect(named('x'.repeat(80))).toBe(`${'x'.repeat(59)}…`)
  expect(named(' ')).toBe('Conversation')
  expect(nameOf(NEW_TALK)).toBe('Conversation')
})

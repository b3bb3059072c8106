// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'

import { CallError } from '../../../../src-renderer/api/client'
import { beginningOf, canContinue } from '../../../../src-renderer/talk/beginning'
import {
  addTake,
  answerContent,
  before,
  chosenAnswer,
  freshTake,
  isComing,
  NEW_TALK,
  withSide,
  withTake,
} from '../../../../src-renderer/talk/conversation'
import { cutOff, grown } from '../../../../src-renderer/talk/streaming'
import { BASE, exchange, FITTED as fitted, SAMPLING, take, token } from './samples'

const asked = { ...BASE, id: 'job', sampling: { ...SAMPLING, samples: 2 } }
const told = { job: 'job', seq: 0, fitted: null, tokens: [], stopped: [] }

describe('a take that is coming', () => {
  it('grows by what is told, each sample for itself', () => {
    const start = grown(freshTake(asked), { ...told, fitted })
    const once = grown(start, { ...told, tokens: [{ ...token('a'), sample: 1 }] })
    const done = grown(once, {
      ...told,
      tokens: [
        { ...token('b'), sample: 0 },
        { ...token('c'), sample: 1 },
      ],
      stopped: [{ sample: 1, stopped: 'limit', text: '�' }],
    })
    expect(done.answers.map(answerContent)).toEqual(['b', 'ac�'])
    expect(done.answers.map(({ stopped }) => stopped)).toEqual([null, 'limit'])
    expect(isComing(done)).toBe(true)
    expect(start.answers[1]?.tokens).toEqual([]) // nothing is changed in place
  })
  it('keeps how likely the tokens were that it begins with', () => {
    const known = token('x', { probability: 0.25 })
    const given = { ...known, probability: null, rank: null }
    const other = token('y', { probability: null })
    const next = grown(freshTake(asked, [known]), { ...told, fitted: { ...fitted, begun: [given, other] } })
    expect(next.answers[0]?.tokens).toEqual([known, other])
  })
  it('keeps what has come where it is cut off, and says why', () => {
    const once = grown(freshTake(asked), { ...told, fitted, tokens: [{ ...token('a'), sample: 0 }] })
    const error = new CallError({ code: 'x', message: 'y' })
    const cut = cutOff(once, error)
    expect(cut.answers.map(answerContent)).toEqual(['a', ''])
    expect(cut.answers.every(({ stopped }) => stopped === 'cancelled')).toBe(true)
    expect(cut.error).toBe(error)
    expect(isComing(cut)).toBe(false)
  })
})

describe('a talk', () => {
  const talk = { ...NEW_TALK, exchanges: [exchange('1', 'a', take('t', ['A'])), exchange('2', 'b')] }
  it('changes a take wherever it is, and stays as it is where it has none such', () => {
    const changed = withTake(talk, 't', (now) => ({ ...now, title: 'Other' }))
    expect(changed.exchanges[0]?.sides[0]?.takes[0]?.title).toBe('Other')
    expect(changed.exchanges[1]).toBe(talk.exchanges[1])
    expect(withTake(talk, 'gone', () => take('no', [])).exchanges).toEqual(talk.exchanges)
  })
  it('shows a new take, and keeps the one before', () => {
    const again = withSide(talk, '1', 0, (side) => addTake(side, take('u', ['B'])))
    const side = again.exchanges[0]?.sides[0]
    expect(side?.takes).toHaveLength(2)
    expect(side && chosenAnswer(side)?.tokens[0]?.text).toBe('B')
  })
  it('gets sides as models are asked', () => {
    const second = withSide(talk, '2', 1, (side) => addTake(side, take('u', ['B'])))
    expect(second.exchanges[1]?.sides.map(({ takes }) => takes.length)).toEqual([0, 1])
  })
  it('ends before an exchange', () => {
    expect(before(talk, '2').exchanges.map(({ id }) => id)).toEqual(['1'])
    expect(before(talk, 'none')).toBe(talk)
  })
})

describe('an answer that a model says more of', () => {
  const [answer] = take('t', ['A', 'B']).answers
  if (!answer) throw new Error('no answer')
  it('is one that did not end by itself, by its ids', () => {
    expect(canContinue(answer)).toBe(false)
    expect(canContinue({ ...answer, stopped: 'limit' })).toBe(true)
    expect(canContinue({ ...answer, stopped: 'limit', tokens: [] })).toBe(false)
    expect(beginningOf(answer)).toEqual(answer.tokens.map(({ id }) => id))
  })
  it('is one that a person wrote, as its text, but for calls of the calculator', () => {
    expect(canContinue({ ...answer, written: 'AC' })).toBe(true)
    expect(beginningOf({ ...answer, written: 'AC' })).toBe('AC')
    expect(canContinue({ ...answer, written: '<|python_start|>1<|python_end|>' })).toBe(false)
    expect(canContinue({ ...answer, written: '' })).toBe(false)
  })
})

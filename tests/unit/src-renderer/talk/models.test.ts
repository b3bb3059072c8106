import { describe, expect, it } from 'vitest'

import { aboutModel, findModel, firstBeside, firstToAsk } from '../../../../src-renderer/talk/models'
import { chatNote, endText, figuresText, promptNote } from '../../../../src-renderer/talk/notes'
import { FITTED, modelView, SAMPLING, take } from './samples'

const base = modelView()
const refused = modelView({
  model: { of: 'checkpoint', dir: '/x', step: 1 },
  chats: 'yes',
  refusal: { code: 'x', message: 'torn' },
})
const run = modelView({
  model: { of: 'run', runId: 'r' },
  title: 'small',
  place: 'run',
  chats: 'yes',
  step: 40,
})

describe('the model that is asked unless a person chooses', () => {
  it('is one that was taught to chat and can be asked', () => {
    expect(firstToAsk([base, refused, run])).toEqual(run.model)
    expect(firstToAsk([base, refused])).toEqual(base.model)
    expect(firstToAsk([refused])).toBeNull()
  })
  it('has the base beside it, or the first other one', () => {
    expect(firstBeside([run, base], run.model)).toEqual(base.model)
    expect(firstBeside([run, base, refused], base.model)).toEqual(run.model)
    expect(firstBeside([base, refused], base.model)).toBeNull()
  })
})

it('finds a run’s model whatever it has saved last', () => {
  expect(findModel([base, run], { of: 'run', runId: 'r' })).toBe(run)
  expect(findModel([base], { of: 'run', runId: 'r' })).toBeNull()
})

it('says what a model is and how far', () => {
  expect(aboutModel(base)).toBe('base, step 0')
  expect(aboutModel({ ...run, val_bpb: 1.04213 })).toBe('run, step 40, 1.0421 bpb')
  expect(aboutModel({ ...run, changing: true })).toBe('run in training, last save, step 40')
})

describe('notes', () => {
  const fitted = { ...FITTED, kept: 1500, sequence_len: 2048 }
  it('say how much of a prompt was left out, and from which end', () => {
    expect(promptNote(fitted)).toBeNull()
    expect(promptNote({ ...fitted, dropped: 1204 })).toBe(
      '1,204 tokens at the beginning of the prompt were left out: the model read the last 1,500.',
    )
    expect(promptNote({ ...fitted, dropped: 1 })).toContain('1 token at the beginning of the prompt was left')
  })
  it('say that a prompt is longer than what the model was trained on', () => {
    expect(promptNote({ ...fitted, sequence_len: 512 })).toContain('texts of at most 512')
  })
  it('say that a base model does not chat, unless it is not asked to', () => {
    expect(chatNote(base, false)).toContain('never taught to chat')
    expect(chatNote(base, true)).toBeNull()
    expect(chatNote(run, false)).toBeNull()
  })
  it('say why an answer ended, where that is not by itself', () => {
    expect([null, 'end', 'bos', 'limit', 'cancelled'].map((each) => endText(each as null))).toEqual([
      '',
      '',
      'began another text',
      'limit of tokens',
      'stopped',
    ])
  })
  it('count what was said', () => {
    expect(figuresText(take('t', ['a']))).toBe('1 token · 100 tokens/s')
    const drawn = take('t', ['a', 'b'], { sampling: { ...SAMPLING, temperature: 1 }, tokPerSec: null })
    expect(figuresText(drawn)).toBe('2 tokens · seed 42')
  })
})

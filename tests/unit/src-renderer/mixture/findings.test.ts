// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import type { Findings, RunConfig } from '../../../../src-renderer/api/types'
import {
  KINDS,
  listTitle,
  placeText,
  searchedText,
  shareText,
} from '../../../../src-renderer/mixture/findings'

const mixture: RunConfig['mixture'] = {
  train: [
    { task: 'SmolTalk', split: 'train' },
    { task: 'CustomJSON', filepath: '/data/talk.jsonl' },
  ],
  val: [{ task: 'GSM8K', subset: 'main', split: 'test' }],
}
const findings: Findings = {
  train: 848_123,
  val: 1,
  listed_again: 0,
  train_entries: [],
  val_entries: [],
  tests: [{ label: 'MMLU all test', rows: 14_042, train: 3, val: 0, itself: 0, missing: null }],
  near_from: 0.8,
  seconds: 95.4,
}

describe('the title of a list', () => {
  it.each([
    [{ kind: 'exact', entry: null, test: null }, 'Exact duplicates'],
    [{ kind: 'near', entry: 1, test: null }, 'Near duplicates of talk.jsonl'],
    [{ kind: 'val', entry: 0, test: null }, 'Train conversations of SmolTalk that val has too'],
    [{ kind: 'test', entry: null, test: 0 }, 'Train conversations that overlap MMLU all test'],
    [{ kind: 'val-test', entry: 0, test: null }, 'Val conversations of GSM8K that overlap a test'],
  ] as const)('of %j', (of, title) => {
    expect(listTitle(of, findings, mixture)).toBe(title)
  })
})

it('says what was compared, and how long it took', () => {
  expect(searchedText(findings)).toBe(
    '848,123 conversations of train and 1 conversation of val compared in 1 min 35 s',
  )
  expect(searchedText({ ...findings, val: 0, listed_again: 2, seconds: 3 })).toBe(
    '848,123 conversations of train compared in 3.0 s; 2 rows that another entry lists too were looked at once',
  )
})

it('names places and shares', () => {
  const place = { row: 3, text: '' }
  expect(placeText({ ...place, of: 'test', entry: 0 }, findings, mixture)).toBe('MMLU all test')
  expect(placeText({ ...place, of: 'val', entry: 0 }, findings, mixture)).toBe('GSM8K')
  expect([shareText('exact', 1), shareText('near', 0.912), shareText('test', 1)]).toEqual([
    'same words',
    '91.2 %',
    '100.0 %',
  ])
  expect(KINDS.find(({ kind }) => kind === 'near')?.about(findings)).toContain('At least 80.0 %')
})

import { describe, expect, it } from 'vitest'
import type { MixtureEntry, TaskLengths } from '../../../../src-renderer/api/types'
import {
  figuresKey,
  mixtureRows,
  mixtureTotals,
  type EntryFigures,
} from '../../../../src-renderer/mixture/rows'

const big: MixtureEntry = { task: 'SmolTalk', split: 'train' }
const small: MixtureEntry = { task: 'CustomJSON', filepath: 'a.jsonl', repeat: 2 }

function lengths(conversations: number, mean: number, supervised: number, longer = 0): TaskLengths {
  return {
    index: 0,
    conversations,
    tokens: conversations * mean,
    supervised,
    mean,
    max: 2 * mean,
    longer_than_row: longer,
    conversations_cut_by_rendering: 0,
    tokens_cut_by_rendering: 0,
    supervised_cut_by_rendering: 0,
    bin_width: 10,
    bins: [conversations],
  }
}
const known = new Map<string, EntryFigures>([
  [figuresKey(big), { rows: 80, source: 'hub', lengths: lengths(80, 10, 400, 8) }],
  [figuresKey(small), { rows: 10, source: 'file', lengths: lengths(10, 10, 50) }],
])

describe('mixtureRows', () => {
  it('adds repeats up in rows and shares, not in means', () => {
    const [first, second] = mixtureRows([big, small], [0, 1], known)
    expect(second).toMatchObject({
      rows: 20,
      rowShare: 0.2,
      tokens: 200,
      tokenShare: 0.2,
      cut: 0,
      supervisedShare: 0.2,
      mean: 10,
      repeat: 2,
    })
    expect(first).toMatchObject({ rows: 80, longest: 20, longerShare: 0.1, source: 'hub' })
  })
  it('keeps what is known when an entry is moved, repeated or removed', () => {
    const [row] = mixtureRows([{ ...small, repeat: 5 }], [0], known)
    expect(row).toMatchObject({ rows: 50, rowShare: 1, mean: 10 })
  })
  it('shows no share until all of its parts are known', () => {
    const part = new Map(known).set(figuresKey(big), { rows: 80, source: 'hub', lengths: null })
    const [, second] = mixtureRows([big, small], [0, 1], part)
    expect(second).toMatchObject({ rowShare: 0.2, tokens: 200, tokenShare: null, supervisedShare: null })
    const [first] = mixtureRows([big, small], [0, 1], new Map())
    expect(first).toMatchObject({ rows: null, rowShare: null, mean: null })
  })
})

describe('mixtureTotals', () => {
  it('adds everything up', () => {
    expect(mixtureTotals([big, small], known)).toEqual({
      rows: 100,
      tokens: 1000,
      supervised: 500,
      mean: 10,
      longest: 20,
      longerShare: 0.08,
    })
  })
  it('is unknown where a part is', () => {
    expect(mixtureTotals([big, { task: 'GSM8K', subset: 'main', split: 'train' }], known)).toMatchObject({
      rows: null,
      longest: null,
    })
  })
})

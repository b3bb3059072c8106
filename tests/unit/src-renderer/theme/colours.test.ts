import { describe, expect, it } from 'vitest'
import type { MixtureEntry } from '../../../../src-renderer/api/types'
import { entryColours, patternOf, taskColours } from '../../../../src-renderer/theme/colours'

const smolTalk = (split: 'train' | 'test'): MixtureEntry => ({ task: 'SmolTalk', split })
const file = (filepath: string): MixtureEntry => ({ task: 'CustomJSON', filepath })

describe('entryColours', () => {
  it('gives train its colours in order, and val those of the same data', () => {
    const train = [smolTalk('train'), file('a.jsonl'), file('b.jsonl')]
    const val = [file('b.jsonl'), smolTalk('test'), file('c.jsonl')]
    expect(entryColours(train, val)).toEqual({ train: [0, 1, 2], val: [2, 0, 3] })
  })
  it('gives no colour twice within a split, though the data is the same', () => {
    const { train, val } = entryColours(
      [smolTalk('train'), smolTalk('train')],
      [smolTalk('test'), smolTalk('test'), smolTalk('test')],
    )
    expect(train).toEqual([0, 1])
    expect(val).toEqual([0, 1, 2])
  })
})

it('gives the repeats of an entry its one colour', () => {
  const task = (index: number, entry: number) => ({
    index,
    entry,
    name: '',
    label: '',
    source: '',
    rows: 1,
    excluded: 0,
  })
  const summary = { rows: 3, tasks: [task(0, 0), task(1, 1), task(2, 1)] }
  expect(taskColours(summary, 'val', { train: [], val: [4, 7] })).toEqual([4, 7, 7])
})

it('tells colours that come round again apart by their pattern', () => {
  const pairs = Array.from({ length: 64 }, (_, colour) => `${colour % 8} ${patternOf(colour)}`)
  expect(new Set(pairs).size).toBe(64)
})

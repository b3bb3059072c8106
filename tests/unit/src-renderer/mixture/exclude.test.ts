// @vitest-environment happy-dom
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MixtureEntry } from '../../../../src-renderer/api/types'
import {
  excludedRows,
  excludeOfKept,
  excludeWithEntryChanged,
  excludeWithEntryMoved,
  excludeWithoutEntry,
  pairsOfNumbers,
  withExcluded,
  withTakenBack,
  type Exclude,
} from '../../../../src-renderer/mixture/exclude'

const exclude: Exclude = [[0, 1], [2, 5], [1, 3], [2, 6]] // prettier-ignore

describe('excluded conversations follow their entries', () => {
  it('where an entry is removed', () => {
    expect(excludeWithoutEntry(exclude, 3, 1)).toEqual([[0, 1], [1, 5], [1, 6]]) // prettier-ignore
    expect(excludeWithoutEntry(exclude, 3, 2)).toEqual([[0, 1], [1, 3]]) // prettier-ignore
  })
  it('where an entry is moved', () => {
    expect(excludeWithEntryMoved(exclude, 3, 2, 0)).toEqual([[1, 1], [0, 5], [2, 3], [0, 6]]) // prettier-ignore
    expect(excludeWithEntryMoved(exclude, 3, 1, 1)).toEqual(exclude)
  })
  it('where only a part of the list can be read', () => {
    expect(excludeOfKept(exclude, [2])).toEqual([[0, 5], [0, 6]]) // prettier-ignore
  })
})

describe('excluded conversations follow an entry that is changed', () => {
  const entry: MixtureEntry = { task: 'SmolTalk', split: 'train', start: 10, stop: 40, step: 2 }
  const change = (after: MixtureEntry): Exclude => excludeWithEntryChanged(exclude, 2, entry, after)

  it('to another slice: rows 5 and 6 are the dataset’s 20 and 22', () => {
    expect(change({ ...entry, start: 0, step: 1 })).toEqual([[0, 1], [2, 20], [1, 3], [2, 22]]) // prettier-ignore
    expect(change({ ...entry, start: 22 })).toEqual([[0, 1], [1, 3], [2, 0]]) // prettier-ignore
    expect(change({ ...entry, stop: 22 })).toEqual([[0, 1], [2, 5], [1, 3]]) // prettier-ignore
    expect(change({ ...entry, step: 10 })).toEqual([[0, 1], [2, 1], [1, 3]]) // prettier-ignore
  })
  it('in its repeats: nothing changes', () => {
    expect(change({ ...entry, repeat: 4 })).toBe(exclude)
  })
  it('to other data: they go', () => {
    expect(change({ ...entry, split: 'test' })).toEqual([[0, 1], [1, 3]]) // prettier-ignore
    expect(change({ ...entry, data_files: 'a.parquet' })).toEqual([[0, 1], [1, 3]]) // prettier-ignore
  })
  it('to another size: those of rows that are left stay', () => {
    const bee: MixtureEntry = { task: 'SpellingBee', split: 'train', size: 10 }
    expect(excludeWithEntryChanged(exclude, 2, bee, { ...bee, size: 6 })).toEqual([[0, 1], [2, 5], [1, 3]]) // prettier-ignore
  })
  it('back and forth without a loss where both slices hold them', () => {
    const slice = fc.record({ start: fc.integer({ min: 0, max: 9 }), step: fc.constant(1) })
    fc.assert(
      fc.property(slice, slice, (first, second) => {
        const [a, b] = [first, second].map((each): MixtureEntry => ({
          task: 'SmolTalk',
          split: 'train',
          ...each,
        }))
        if (!a || !b) return
        const rows: Exclude = [[0, 20], [0, 35]] // prettier-ignore
        expect(excludeWithEntryChanged(excludeWithEntryChanged(rows, 0, a, b), 0, b, a)).toEqual(rows)
      }),
    )
  })
})

it('counts what is excluded of each entry, each row once', () => {
  const found = excludedRows([...exclude, [2, 5]], 4)
  expect(found.map(({ count }) => count)).toEqual([1, 1, 2, 0])
  expect(excludedRows(exclude.toReversed(), 4)).toEqual(found)
})

describe('excluding and taking back', () => {
  const more = pairsOfNumbers(Int32Array.of(1, 3, 4, 0, 4, 9))
  it('adds each row once, and takes back what was added', () => {
    const after = withExcluded(exclude, more)
    expect(after).toEqual([...exclude, [4, 0], [4, 9]])
    expect(withExcluded(after, more)).toEqual(after)
    expect(withTakenBack(after, more.slice(1))).toEqual(exclude)
    expect(withTakenBack(exclude, [[9, 9]])).toEqual(exclude)
  })
})

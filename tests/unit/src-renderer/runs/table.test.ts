import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { RunRow } from '../../../../src-renderer/runs/columns'
import {
  byName,
  EVERY_RUN,
  isFiltered,
  matching,
  parseTags,
  sorted,
  tagsOf,
  type RunFilter,
} from '../../../../src-renderer/runs/table'
import { sampleRun } from './sample-run'

const row = (over: Parameters<typeof sampleRun>[0]): RunRow => ({ run: sampleRun(over), diff: undefined })
const ROWS = [
  row({ id: 'a', name: 'Small 10', tags: ['lr'], state: 'done', best_val_bpb: 0.9 }),
  row({ id: 'b', name: 'small 2', note: 'spike at step 40', starred: true, state: 'failed' }),
  row({ id: 'c', name: 'large', tags: ['lr', 'long'], state: 'done', best_val_bpb: 0.8 }),
]
const ids = (rows: readonly RunRow[]): string => rows.map(({ run }) => run.id).join('')
const found = (filter: Partial<RunFilter>): string => ids(matching(ROWS, { ...EVERY_RUN, ...filter }))

describe('matching', () => {
  it.each<[string, Partial<RunFilter>, string]>([
    ['every run without a filter', {}, 'abc'],
    ['a part of the name, in any case', { text: 'SMALL' }, 'ab'],
    ['words that stand in several places', { text: 'spike small' }, 'b'],
    ['a tag in the search', { text: 'long' }, 'c'],
    ['nothing where a word is nowhere', { text: 'small nowhere' }, ''],
    ['blanks alone let all pass', { text: '  ' }, 'abc'],
    ['a tag, whole', { tag: 'lr' }, 'ac'],
    ['a state', { states: ['done'] }, 'ac'],
    ['stars', { starred: true }, 'b'],
    ['all of it together', { text: 'large', tag: 'lr', states: ['done'] }, 'c'],
  ])('finds %s', (_, filter, expected) => {
    expect(found(filter)).toBe(expected)
  })

  it('says whether anything is looked for', () => {
    expect(isFiltered(EVERY_RUN)).toBe(false)
    expect(isFiltered({ ...EVERY_RUN, text: ' ' })).toBe(false)
    expect(isFiltered({ ...EVERY_RUN, text: 'a' })).toBe(true)
    expect(isFiltered({ ...EVERY_RUN, starred: true })).toBe(true)
  })
})

describe('sorted', () => {
  const bpb = ({ run }: RunRow): number | null => run.best_val_bpb

  it('puts rows without a value last, whichever way', () => {
    expect(ids(sorted(ROWS, bpb, false))).toBe('cab')
    expect(ids(sorted(ROWS, bpb, true))).toBe('acb')
  })

  it('reads numbers in names as numbers', () => {
    expect(ids(sorted(ROWS, byName, false))).toBe('cba')
    expect(ids(sorted(ROWS, byName, true))).toBe('abc')
  })

  it('leaves the order where there is nothing to sort by', () => {
    expect(ids(sorted(ROWS, undefined, true))).toBe('abc')
  })

  it('loses no row, orders values, and keeps equal rows in their order', () => {
    const values = fc.array(fc.option(fc.integer({ min: 0, max: 5 })), { maxLength: 30 })
    fc.assert(
      fc.property(values, fc.boolean(), (bpbs, descending) => {
        const rows = bpbs.map((best_val_bpb, at) => row({ id: String(at), best_val_bpb, step: at }))
        const after = sorted(rows, bpb, descending)
        expect([...after].sort((x, y) => x.run.step - y.run.step)).toEqual(rows)
        const pairs = after.slice(1).flatMap((next, at) => {
          const before = after[at]
          return before ? [[before.run, next.run] as const] : []
        })
        for (const [x, y] of pairs) {
          if (x.best_val_bpb === null) expect(y.best_val_bpb).toBeNull()
          if (x.best_val_bpb === null || y.best_val_bpb === null) continue
          const ahead = descending ? x.best_val_bpb - y.best_val_bpb : y.best_val_bpb - x.best_val_bpb
          expect(ahead).toBeGreaterThanOrEqual(0)
          if (ahead === 0) expect(x.step).toBeLessThan(y.step)
        }
      }),
    )
  })
})

it('lists every tag once', () => {
  expect(tagsOf(ROWS)).toEqual(['long', 'lr'])
})

it.each([
  ['', []],
  [' lr,  long run ,,lr', ['lr', 'long run']],
  [Array.from({ length: 30 }, (_, at) => at).join(), Array.from({ length: 20 }, (_, at) => String(at))],
  ['x'.repeat(80), ['x'.repeat(60)]],
])('reads tags as they are typed: %s', (text, tags) => {
  expect(parseTags(text)).toEqual(tags)
})

import { expect, it } from 'vitest'
import {
  badRows,
  columnParts,
  lookLine,
  mayBeDataset,
  reasonLines,
  sourcesText,
  withColumn,
  withOption,
  withSources,
  type ConversationsEntry,
} from '../../../../src-renderer/mixture/conversations'

const entry: ConversationsEntry = { task: 'Conversations', source: 'a.jsonl' }

it('has one source a line, and stays as it is without any', () => {
  const two = withSources(entry, ' a.jsonl \n\nb.jsonl\n')
  expect(two.source).toEqual(['a.jsonl', 'b.jsonl'])
  expect(sourcesText(two)).toBe('a.jsonl\nb.jsonl')
  expect(withSources(two, 'c').source).toBe('c')
  expect(withSources(entry, ' \n')).toBe(entry)
})

it('has no subset and split once its sources are files', () => {
  const hub = { ...entry, source: 'owner/name', subset: 'a', split: 'b' }
  expect(withSources(hub, 'owner/other')).toEqual({ ...hub, source: 'owner/other' })
  expect(withSources(hub, '/a.jsonl')).toEqual({ ...entry, source: '/a.jsonl' })
})

it('leaves out options that are the default', () => {
  const skip = withOption(entry, 'on_bad', 'skip')
  expect(skip).toEqual({ ...entry, on_bad: 'skip' })
  expect(withOption(skip, 'on_bad', 'refuse')).toEqual(entry)
  expect(withOption(entry, 'format', 'no such')).toBe(entry)
})

it('names columns, and leaves them out when they are emptied', () => {
  const named = withColumn(withColumn(entry, 'messages', 'dialog'), 'system', 'prompt')
  expect(named.columns).toEqual({ messages: 'dialog', system: 'prompt' })
  expect(withColumn(withColumn(named, 'messages', ''), 'system', ' ')).toEqual(entry)
  expect(columnParts({ ...entry, format: 'alpaca' })).toContain('input')
})

it('offers subset and split where a source may be a data set', () => {
  expect(mayBeDataset(entry)).toBe(false)
  expect(mayBeDataset({ ...entry, source: ['a.jsonl', 'owner/name'] })).toBe(true)
})

it('puts a look into words', () => {
  const look = {
    files: [{ path: '/a', bytes: 1, kind: 'JSON lines, gzip' }],
    fileCount: 2,
    bytes: 2,
    format: 'ShareGPT',
    about: '',
    columns: [],
    samples: [],
    tally: { rows: 2000, reasons: { turns: 1, 'tool-calls': 1200 } as const, faults: [] },
  }
  expect(lookLine(look)).toBe('ShareGPT, JSON lines, gzip, 2 files')
  expect(badRows(look)).toBe(1201)
  expect(reasonLines(look)).toEqual(['1,200 with calls of tools', '1 whose roles do not take turns'])
  expect(badRows({ ...look, tally: null })).toBe(0)
})

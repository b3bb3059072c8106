import { describe, expect, it } from 'vitest'
import { kindNamed, TASK_KINDS } from '../../../../src-main/data/mixture.schema'
import type { MixtureEntry } from '../../../../src-renderer/api/types'
import {
  entryName,
  entrySlice,
  entrySplit,
  entryTitles,
  moved,
  movedBelow,
  newEntry as newEntryOf,
  optionsOf,
  withChoice,
  withFile,
  withNumber,
  withSize,
  withoutFile,
} from '../../../../src-renderer/mixture/entry'

/** A new entry of a task that begins without a file. */
function newEntry(task: string, split: 'train' | 'val', present: MixtureEntry[] = []): MixtureEntry {
  const kind = kindNamed(task)
  const entry = kind && newEntryOf(kind, split, present)
  if (!entry) throw new Error(`${task} begins with a file`)
  return entry
}

const mmlu: MixtureEntry = { task: 'MMLU', subset: 'all', split: 'test', stop: 5200 }

describe('newEntry', () => {
  it.each(TASK_KINDS.map((kind) => [kind.title, kind] as const))('%s: its choices go together', (_, kind) => {
    for (const split of ['train', 'val'] as const) {
      const entry = newEntryOf(kind, split)
      if (!entry) {
        expect(kind.files.standard).toBeNull()
        continue
      }
      expect(kind.fresh?.[split]).toEqual(entry)
      for (const { key, value, values } of optionsOf(entry)) {
        expect(values).toContain(value)
        for (const other of values) expect(withChoice(entry, key, other)).toMatchObject({ [key]: other })
      }
    }
  })
  it('spells with the words that the mixture spells with already', () => {
    const present: MixtureEntry[] = [
      mmlu,
      { task: 'SpellingBee', split: 'train', size: 5, word_list: 'w.txt' },
    ]
    expect(newEntry('SimpleSpelling', 'val', present)).toMatchObject({ word_list: 'w.txt' })
    expect(newEntry('SimpleSpelling', 'val', [mmlu])).not.toHaveProperty('word_list')
  })
  it('has the sizes and slices of the reference', () => {
    expect(newEntry('SimpleSpelling', 'train')).toMatchObject({ size: 200_000 })
    expect(newEntry('MMLU', 'val')).toEqual(mmlu)
  })
})

describe('text', () => {
  it('gives each entry a title of its own', () => {
    const file = (filepath: string): MixtureEntry => ({ task: 'CustomJSON', filepath })
    expect(
      entryTitles([mmlu, { ...mmlu, stop: 9 }, file('/a/chats.jsonl'), file('/b/chats.jsonl'), mmlu]),
    ).toEqual([
      'MMLU, all / test [:5,200]',
      'MMLU, all / test [:9]',
      'chats.jsonl, JSONL',
      'chats.jsonl, JSONL (2)',
      'MMLU, all / test [:5,200] (2)',
    ])
  })
  it('names an entry, its split and its slice', () => {
    expect(entryName({ task: 'CustomJSON', filepath: '/data/a.jsonl' })).toBe('a.jsonl')
    expect(entryName(mmlu)).toBe('MMLU')
    expect(entrySplit(mmlu)).toBe('all / test')
    expect(entrySlice(mmlu)).toBe('[:5,200]')
    expect(entrySlice({ ...mmlu, start: 10, step: 2 })).toBe('[10:5,200:2]')
    expect(entrySlice({ task: 'SmolTalk', split: 'train' })).toBe('')
  })
})

describe('edits', () => {
  it('sets a number, and leaves out what is the default', () => {
    expect(withNumber(mmlu, 'start', 3)).toEqual({ ...mmlu, start: 3 })
    expect(withNumber({ ...mmlu, repeat: 2 }, 'repeat', 1)).toEqual(mmlu)
    expect(withNumber(mmlu, 'stop', null)).not.toHaveProperty('stop')
  })
  it('keeps MMLU within what its subsets have', () => {
    expect(withChoice(mmlu, 'subset', 'auxiliary_train')).toMatchObject({
      subset: 'auxiliary_train',
      split: 'train',
    })
    expect(withChoice(mmlu, 'split', 'dev')).toMatchObject({ split: 'dev' })
    expect(withChoice(mmlu, 'split', 'nowhere')).toEqual(mmlu)
    expect(withChoice(newEntry('MMLU', 'train'), 'subset', 'all')).toMatchObject({
      subset: 'all',
      split: 'test',
    })
    expect(optionsOf(newEntry('MMLU', 'train'))[1]?.values).toEqual(['train'])
  })
  it('offers the choices that an entry has, with what is chosen', () => {
    expect(optionsOf(mmlu).map(({ key, value }) => [key, value])).toEqual([
      ['subset', 'all'],
      ['split', 'test'],
    ])
    expect(optionsOf({ task: 'CustomJSON', filepath: 'a' })).toEqual([])
  })
  it('puts a file where each kind has it', () => {
    expect(withFile({ task: 'CustomJSON', filepath: 'a' }, 'b')).toMatchObject({ filepath: 'b' })
    expect(withFile(newEntry('SpellingBee', 'train'), 'w.txt')).toMatchObject({ word_list: 'w.txt' })
    expect(withFile(newEntry('GSM8K', 'train'), 'x.parquet')).toMatchObject({ data_files: 'x.parquet' })
  })
  it('takes a file away where there is something in its place', () => {
    const spelling = newEntry('SpellingBee', 'train')
    expect(withoutFile(withFile(spelling, 'w.txt'))).toEqual(spelling)
    expect(withoutFile(withFile(mmlu, 'x.parquet'))).toEqual(mmlu)
    const file: MixtureEntry = { task: 'CustomJSON', filepath: 'a' }
    expect(withoutFile(file)).toBe(file)
    expect(withoutFile(mmlu)).toBe(mmlu)
  })
  it('sizes only what is generated', () => {
    expect(withSize(newEntry('SpellingBee', 'train'), 5)).toMatchObject({ size: 5 })
    expect(withSize(mmlu, 5)).toEqual(mmlu)
  })
})

it('moves an element and copies the list', () => {
  const list = ['a', 'b', 'c']
  expect(moved(list, 0, 2)).toEqual(['b', 'c', 'a'])
  expect(moved(list, 2, 0)).toEqual(['c', 'a', 'b'])
  expect(moved(list, 9, 0)).toEqual(list)
  expect(list).toEqual(['a', 'b', 'c'])
})

describe('movedBelow', () => {
  it('takes files below one folder along to another, and no others', () => {
    const json = (filepath: string): MixtureEntry => ({ task: 'CustomJSON', filepath })
    const move = (entry: MixtureEntry): MixtureEntry => movedBelow(entry, '/old', '/new')
    expect(move(json('/old/a/b.jsonl'))).toEqual(json('/new/a/b.jsonl'))
    expect(move(json('/older/b.jsonl'))).toEqual(json('/older/b.jsonl'))
    expect(move(json('b.jsonl'))).toEqual(json('b.jsonl'))
    const bee: MixtureEntry = { task: 'SpellingBee', split: 'train', size: 1 }
    expect(move(bee)).toEqual(bee)
    expect(move({ ...bee, word_list: '/old/w.txt' })).toEqual({ ...bee, word_list: '/new/w.txt' })
    expect(move(mmlu)).toEqual(mmlu)
  })
})

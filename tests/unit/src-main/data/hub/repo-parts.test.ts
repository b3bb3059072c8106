import { describe, expect, it } from 'vitest'
import {
  convertedParts,
  isComplete,
  partOf,
  uploadedParts,
} from '../../../../../src-main/data/hub/repo-parts'

describe('uploadedParts', () => {
  it.each([
    ['data/train-00000-of-00001-a09b74b3ef9c3b56.parquet', 'default', 'train'],
    ['data/train_sft-00000-of-00003-a3ecf92756993583.parquet', 'default', 'train_sft'],
    ['main/test-00000-of-00001.parquet', 'main', 'test'],
    ['openhermes2_5.json', 'default', 'train'],
    ['chats/dev/part-1.jsonl.gz', 'chats', 'validation'],
    ['my-test-set.jsonl', 'default', 'test'],
    ['contest.jsonl', 'default', 'train'],
  ])('%s is subset %s, split %s', (path, subset, split) => {
    expect(uploadedParts([path])).toEqual([{ subset, split, paths: [path] }])
  })

  it('takes no files that hold no rows, and of several forms parquet', () => {
    expect(uploadedParts(['README.md', 'dataset_infos.json', 'loader.py'])).toEqual([])
    const [part, ...more] = uploadedParts(['data.jsonl', 'b-10.parquet', 'b-2.parquet'])
    expect([part?.paths, more]).toEqual([['b-2.parquet', 'b-10.parquet'], []])
  })
})

it('a conversion has its subset and split in its folders, and those converted in part are none', () => {
  const paths = ['default/train/0000.parquet', 'default/train/0001.parquet', 'b/partial-train/0000.parquet']
  expect(convertedParts(paths)).toEqual([{ subset: 'default', split: 'train', paths: paths.slice(0, 2) }])
})

describe('partOf', () => {
  const parts = ['a/train/0.parquet', 'a/test/0.parquet', 'b/x/0.parquet'].flatMap((path) =>
    convertedParts([path]),
  )

  it.each([
    [{ subset: 'a' }, 'a/train/0.parquet'],
    [{ subset: 'a', split: 'test' }, 'a/test/0.parquet'],
    [{ subset: 'b' }, 'b/x/0.parquet'],
  ])('%j gives %s', (asked, path) => {
    expect(partOf(parts, asked)).toMatchObject({ paths: [path] })
  })

  it.each([
    [{}, 'name a subset, one of a, b'],
    [{ subset: 'c' }, 'there is no subset c, only a, b'],
    [{ subset: 'a', split: 'dev' }, 'there is no split dev, only train, test'],
  ])('%j says what there is', (asked, fault) => {
    expect(partOf(parts, asked)).toEqual({ fault })
  })
})

it.each([
  [['train-00000-of-00002.parquet', 'train-00001-of-00002.parquet'], true],
  [['train-00000-of-00002.parquet'], false],
  [['data/train-00000-of-00002-0a.parquet', 'data/train-00001-of-00002-0b.parquet'], true],
  [['a-00000-of-00002.parquet', 'b-00000-of-00002.parquet'], false],
  [['train-00000-of-00002.parquet', 'train-more.parquet'], false],
  [['a.jsonl'], false],
  [['default/train/0000.parquet'], false],
  [['a.jsonl', 'b.jsonl'], false],
])('%j is complete: %s', (paths, complete) => {
  expect(isComplete({ subset: 'default', split: 'train', paths })).toBe(complete)
})

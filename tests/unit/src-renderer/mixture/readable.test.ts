import { describe, expect, it } from 'vitest'
import type { MixtureSummary } from '../../../../src-renderer/api/types'
import { issuesOfWhole, readablePart, withEntriesOf } from '../../../../src-renderer/mixture/readable'
import { runConfig } from '../../../../src-main/runs/config.schema'

const config = runConfig.parse({
  mixture: {
    train: [
      { task: 'SmolTalk', split: 'train' },
      { task: 'SpellingBee', split: 'train', size: 3 },
      { task: 'SimpleSpelling', split: 'train', size: 4 },
    ],
    val: [
      { task: 'SmolTalk', split: 'test' },
      { task: 'SpellingBee', split: 'test', size: 5 },
    ],
  },
})
const part = readablePart(config, [{ path: 'mixture.train.0.data_files' }, { path: 'mixture.val.0' }])

const task = (index: number, entry: number): MixtureSummary['train']['tasks'][number] => ({
  ...{ index, entry, name: 'x', label: 'x', source: 'x' },
  rows: 1,
})

describe('readablePart', () => {
  it('leaves out the entries that issues name, and nothing else', () => {
    expect(part.config.mixture.train).toEqual(config.mixture.train.slice(1))
    expect(part.config.mixture.val).toEqual(config.mixture.val.slice(1))
    expect([part.left, part.config.max_seq_len]).toEqual([3, config.max_seq_len])
  })

  it('is the whole where no issue names an entry', () => {
    expect(readablePart(config, [{ path: 'base_dir' }, { path: 'line 3' }]).config).toEqual(config)
  })
})

it('tells what was found out about the part of the entries of the whole', () => {
  const summary = {
    train: { rows: 2, tasks: [task(0, 0), task(1, 1)] },
    val: { rows: 1, tasks: [task(0, 0)] },
  }
  const { train, val } = withEntriesOf(part, summary)
  expect([train, val].map(({ tasks }) => tasks.map(({ entry }) => entry))).toEqual([[1, 2], [1]])
})

it("gives a part's issues the paths that they have in the whole", () => {
  const issues = [{ path: 'mixture.train.1.word_list' }, { path: 'mixture.val.0' }, { path: 'line 2' }]
  expect(issuesOfWhole(part, issues)).toEqual([
    { path: 'mixture.train.2.word_list' },
    { path: 'mixture.val.1' },
    { path: 'line 2' },
  ])
})

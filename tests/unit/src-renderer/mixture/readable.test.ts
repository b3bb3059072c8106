// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { CallError } from '../../../../src-renderer/api/client'
import type { MixtureSummary } from '../../../../src-renderer/api/types'
import {
  faultBeyond,
  issuesOfWhole,
  readablePart,
  withEntriesOf,
} from '../../../../src-renderer/mixture/readable'
import { runConfig } from '../../../../src-main/config/config.schema'

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
  excluded: 0,
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

describe('faultBeyond', () => {
  const issue = (index: number) => ({
    path: `mixture.train.${index}.data_files`,
    message: `no data ${index}`,
  })
  const error = (...indices: number[]) =>
    new CallError({ code: 'data.missing', message: 'mixture.train.0: no data', issues: indices.map(issue) })
  const lacking = [0, 1].map((index) => ({ split: 'train' as const, index }))

  it('is nothing where all that is wrong can be downloaded', () => {
    expect(faultBeyond(error(0, 1), lacking)).toBeNull()
  })
  it('leaves out what can be downloaded', () => {
    expect(faultBeyond(error(0, 1, 2), lacking)?.message).toBe('mixture.train.2.data_files: no data 2')
    const { message, issues } = faultBeyond(error(0, 2, 3), lacking) ?? error()
    expect(message).toBe('2 entries cannot be read.')
    expect(issues).toEqual([issue(2), issue(3)])
  })
  it('is as it was where nothing can be downloaded', () => {
    const whole = error(2)
    expect(faultBeyond(whole, lacking)).toBe(whole)
    const elsewhere = new CallError({ code: 'x', message: 'no tokenizer' })
    expect(faultBeyond(elsewhere, lacking)).toBe(elsewhere)
  })
})

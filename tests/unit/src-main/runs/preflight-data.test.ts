import { describe, expect, test } from 'vitest'

import { MidbenchError } from '../../../../src-main/errors'
import { dataFindings } from '../../../../src-main/runs/preflight-data'
import { sampleConfig } from '../../../support/run-samples'

const config = {
  ...sampleConfig(),
  mixture: { ...sampleConfig().mixture, val: [{ task: 'SmolTalk' as const, split: 'test' as const }] },
}

describe('dataFindings', () => {
  test('every entry that cannot be read is a blocker at its place', () => {
    const error = new MidbenchError({
      code: 'data.missing',
      message: 'mixture.train.0.filepath: /a.jsonl: there is no such file (1 more entry is at fault)',
      remedy: 'Correct the path.',
      issues: [
        { path: 'mixture.train.0.filepath', message: '/a.jsonl: there is no such file' },
        { path: 'mixture.val.1.stop', message: 'stop 9 lies beyond the rows', hint: 'At most 5.' },
      ],
    })
    expect(dataFindings(config, error, [])).toEqual([
      {
        level: 'block',
        path: 'mixture.train.0.filepath',
        message: '/a.jsonl: there is no such file',
        remedy: 'Correct the path.',
      },
      {
        level: 'block',
        path: 'mixture.val.1.stop',
        message: 'stop 9 lies beyond the rows',
        remedy: 'At most 5.',
      },
    ])
    expect(dataFindings(config, error, [{ path: 'mixture.train.0' }])).toHaveLength(1)
  })

  test('a tokenizer that cannot be read is a blocker of the folder', () => {
    const error = new MidbenchError({
      code: 'tokenizer.missing',
      message: 'No tokenizer.pkl.',
      remedy: 'Copy it.',
    })
    expect(dataFindings(config, error, [])).toEqual([
      { level: 'block', path: 'base_dir', message: 'No tokenizer.pkl.', remedy: 'Copy it.' },
    ])
  })

  test('rows that are left out are a warning of their entry, with the reasons', () => {
    const skipped = { rows: 2000, reasons: { 'tool-calls': 3, turns: 1 } as const, faults: [] }
    const leftOut = [{ path: 'mixture.train.2', label: 'Conversations a.jsonl', skipped }]
    expect(dataFindings(config, { train: 2, val: 3, leftOut }, [])).toEqual([
      {
        level: 'warn',
        path: 'mixture.train.2',
        message:
          'Conversations a.jsonl: 4 of 2,000 rows are left out: 3 with calls of tools, 1 whose roles do not take turns.',
        remedy: 'Correct these rows, or go on without them.',
      },
    ])
  })

  test('so is a mixture of nothing; nothing is said where it is well, or not known', () => {
    expect(dataFindings(config, { train: 0, val: 3 }, [])).toMatchObject([
      { path: 'mixture.train', level: 'block' },
    ])
    expect(dataFindings({ ...config, eval_every: 5 }, { train: 2, val: 0 }, [])).toMatchObject([
      { path: 'mixture.val' },
    ])
    expect(dataFindings({ ...config, eval_every: -1 }, { train: 2, val: 0 }, [])).toEqual([])
    expect(dataFindings(config, { train: 2, val: 3 }, [])).toEqual([])
    expect(dataFindings(config, null, [])).toEqual([])
  })
})

/** Metrics as files, read back: by a strict reader of RFC 4180, and by JSON.parse. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runConfig } from '../../../../src-main/config/config.schema'
import { metricsText } from '../../../../src-main/runs/metrics-export'
import { columnNames, type ExportedRun } from '../../../../src-main/runs/metrics-table'
import { runThrough } from '../../../../src-main/threads/breathe'
import { openStore } from '../../../support/open-store'
import {
  sampleAnswers,
  sampleConfig,
  sampleMeasure,
  sampleRun,
  sampleSteps,
} from '../../../support/run-samples'
import { readCsv } from '../../../support/csv'

/** A run of four steps, evaluated before the first and after the last. */
function exported(id: string, name: string): ExportedRun {
  const { store } = openStore()
  store.create(sampleRun({ id, name, config: sampleConfig() }))
  const perTask = { entry: 0, task: 'MMLU', label: 'MMLU all, "test"', loss: 2, targets: 5, bytes: 9 }
  return {
    detail: store.detail(id),
    steps: sampleSteps(1, 4),
    evals: [
      { step: 0, val_bpb: 3, seconds: 1 },
      { step: 4, val_bpb: 0.1 + 0.2, seconds: 1, per_task: [{ ...perTask, val_bpb: 1.5 }] },
    ],
    samples: [sampleAnswers(4)],
    measures: [sampleMeasure(4)],
  }
}

const csvOf = (runs: ExportedRun[]): Record<string, string>[] => {
  const [names = [], ...rows] = readCsv([...metricsText(runs, 'csv')].join(''))
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])))
}

describe('csv', () => {
  it('has a row for every step with anything to say, and every figure in full', () => {
    const run = exported('run-1', 'first')
    const rows = csvOf([run])
    expect(rows.map(({ step }) => step)).toEqual(['0', '1', '2', '3', '4'])
    expect(rows[0]).toMatchObject({ run: 'first', val_bpb: '3', loss: '', answers: '' })
    const last = rows[4] ?? {}
    expect(Number(last['loss'])).toBe(run.steps[3]?.loss)
    expect(Number(last['val_bpb'])).toBe(0.1 + 0.2)
    expect(last).toMatchObject({
      mfu: '',
      'loss_by_task.0.SimpleSpelling': '2',
      'loss_by_task.0.SimpleSpelling.targets': '90',
      'grad_norm_by_group.matrices': '0.5',
      'val_bpb.0.MMLU all, "test"': '1.5',
      'measured.SpellingBee.right': '16',
      'measured.SpellingBee.accuracy': '0.25',
      chatcore: '0.25',
      chatcore_cat: '',
    })
    expect(JSON.parse(last['answers'] ?? '')).toEqual(run.samples[0]?.answers)
  })

  it('names the tasks of the steps before a fork by the mixture that they were trained on', () => {
    const run = exported('run-1', 'first')
    const { config } = run.detail
    const then = { ...config, mixture: { ...config.mixture, train: [{ task: 'SmolTalk', split: 'train' }] } }
    const before = [{ id: 'p', name: 'parent', step: 2, changes: [], config: runConfig.parse(then) }]
    const rows = csvOf([{ ...run, before }])
    const named = ['loss_by_task.0.SmolTalk', 'loss_by_task.0.SimpleSpelling']
    expect(rows.map((row) => named.filter((name) => row[name] !== ''))).toEqual([
      ...[[], named.slice(0, 1), named.slice(0, 1)],
      ...[named.slice(1), named.slice(1)],
    ])
    const text = [...metricsText([{ ...run, before }], 'json')].join('')
    expect(JSON.parse(text)).toMatchObject({ before: [{ name: 'parent', step: 2 }] })
  })

  it('has several runs below one another, told apart by their columns', () => {
    const rows = csvOf([exported('run-1', 'first'), exported('run-2', 'a, "b"\nc')])
    expect(rows).toHaveLength(10)
    expect(new Set(rows.map(({ run_id, run }) => `${run_id ?? ''} ${run ?? ''}`))).toEqual(
      new Set(['run-1 first', 'run-2 a, "b"\nc']),
    )
  })

  it('gives back any name', () => {
    const one = exported('run-1', 'first')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const rows = csvOf([{ ...one, detail: { ...one.detail, name } }])
        expect(rows.every(({ run }) => run === name)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('has the same columns for a run without anything recorded as other tables begin with', () => {
    const { detail } = exported('run-1', 'first')
    const empty = { detail, steps: [], evals: [], samples: [], measures: [] }
    expect(csvOf([empty])).toEqual([])
    const columns = runThrough(columnNames([empty]))
    expect(runThrough(columnNames([exported('run-1', 'first')])).slice(0, columns.length)).toEqual(columns)
  })
})

describe('json', () => {
  it('is one run with its lists', () => {
    const { detail, ...lists } = exported('run-1', 'first')
    const text = [...metricsText([{ detail, ...lists }], 'json')].join('')
    expect(JSON.parse(text)).toEqual({ run: detail, ...lists })
  })

  it('is a list of runs where there are several', () => {
    const runs = [exported('run-1', 'first'), exported('run-2', 'second')]
    const text = [...metricsText(runs, 'json')].join('')
    expect(JSON.parse(text)).toEqual({
      runs: runs.map(({ detail, ...lists }) => ({ run: detail, ...lists })),
    })
  })
})

/** A run's page as a file: taken apart by a strict parser, and free of anything that would be fetched or run. */
import { describe, expect, it } from 'vitest'

import { runConfig } from '../../../../src-main/config/config.schema'
import type { RunRecordState } from '../../../../src-renderer/composables/use-run-record'
import { seriesOf } from '../../../../src-renderer/composables/use-run-series'
import { type PageFacts, runPage } from '../../../../src-renderer/runs/run-page'
import { sampleAnswers, sampleMeasure, sampleSteps } from '../../../support/run-samples'
import { elementsOf, fetchedBy, readXml } from '../../../support/xml'

const NAME = 'd4 <b>& "friends"</b>'

function facts(more: Partial<RunRecordState> = {}): PageFacts {
  const mixture = {
    train: [
      { task: 'SmolTalk', split: 'train' },
      { task: 'SimpleSpelling', split: 'train', size: 10 },
    ],
    val: [],
  }
  const config = runConfig.parse({ mixture, matrix_lr: 0.5 })
  const detail = {
    ...{
      id: 'r',
      name: NAME,
      note: 'a note\nof two lines',
      tags: ['warm'],
      starred: false,
      state: 'done' as const,
    },
    ...{
      created_at: 1,
      updated_at: 2,
      step: 40,
      total_steps: 40,
      progress: 1,
      last_loss: 0.2,
      best_val_bpb: 1.5,
    },
    ...{
      tok_per_sec: 1000,
      training_time_s: 12,
      device: 'CPU, 2 threads, float32, graph',
      dir: '/home/person/r',
    },
    ...{ checkpoints: [40], error: null, parent: null, spark: [], config, config_path: null, model: null },
    differences: ['The seed divides by 8.'],
  }
  const record = {
    ...{ detail, steps: sampleSteps(1, 40), evals: [{ step: 40, val_bpb: 1.5, seconds: 1 }] },
    ...{
      samples: [sampleAnswers(20), sampleAnswers(40)],
      measures: [sampleMeasure(40)],
      log: [],
      ranks: null,
    },
    ...{ secondsLeft: null, version: 0, ...more },
  }
  const colours = { dim: '#666', line: '#ccc', ink: '#111', ground: '#fff', tone: () => 'rgb(1, 2, 3)' }
  const app = {
    version: '1.0',
    electron: '33',
    node: '20',
    chrome: '130',
    tensorflow: '2.21',
    platform: 'linux',
    licences: [],
  }
  const plan = 'Not known here: the data is gone.'
  return {
    record: { ...record, detail },
    series: seriesOf({ ...record, detail }),
    smoothing: 0,
    colours,
    plan,
    app,
    now: 3,
  }
}

const textOf = (page: string): string => readXml(page).documentElement?.textContent ?? ''

describe('runPage', () => {
  it('says of a branch what it branched off, and what differs', () => {
    const given = facts()
    const parent = { id: 'p', name: 'first', step: 20, changes: ['matrix_lr 0.01 in place of 0.02'] }
    const detail = { ...given.record.detail, parent }
    expect(textOf(runPage({ ...given, record: { ...given.record, detail } }))).toContain(
      'first after step 20: matrix_lr 0.01 in place of 0.02',
    )
    expect(textOf(runPage(given))).not.toContain('branched off')
  })

  it('is whole without the network and without scripts', () => {
    const document = readXml(runPage(facts()))
    expect(fetchedBy(document)).toEqual([])
    expect(elementsOf(document, 'h1').map(({ textContent }) => textContent)).toEqual([NAME])
    expect(elementsOf(document, 'h2').map(({ textContent }) => textContent)).toEqual([
      'Curves',
      'Measured',
      'Answers',
      'Mixture',
      'Packing',
      'Options',
      'Against the seed',
      'Environment',
    ])
  })

  it('draws the curves that have points as vectors, loss and validation among them', () => {
    const document = readXml(runPage(facts()))
    const titles = elementsOf(document, 'svg').map((svg) => svg.getElementsByTagName('title')[0]?.textContent)
    expect(titles).toEqual(
      expect.arrayContaining(['Loss, nats a token', 'Validation, bits a byte', 'Measured tasks, % right']),
    )
    const without = readXml(runPage(facts({ evals: [], measures: [] })))
    const left = elementsOf(without, 'title').map(({ textContent }) => textContent)
    expect(left).not.toContain('Validation, bits a byte')
    expect(left).toContain('Loss, nats a token')
  })

  it('says figures, intervals, answers, options with their defaults, and why there is no plan', () => {
    const text = textOf(runPage(facts()))
    for (const said of [
      '40 of 40',
      '1.5000 bits a byte',
      '16.0 to 36.8', // the 95 % interval of 16 of 64
      'How do you spell cat?',
      'c, a, t\n40',
      'matrix_lr',
      'Not known here: the data is gone.',
      'CPU, 2 threads, float32, graph',
      'The seed divides by 8.',
    ]) {
      expect(text).toContain(said)
    }
  })

  it('can be made of a run that has recorded nothing', () => {
    const document = readXml(runPage(facts({ steps: [], evals: [], samples: [], measures: [] })))
    expect(elementsOf(document, 'svg')).toEqual([])
    expect(elementsOf(document, 'h2')[0]?.textContent).toBe('Mixture')
  })
})

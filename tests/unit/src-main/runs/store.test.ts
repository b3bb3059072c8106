import { describe, expect, it } from 'vitest'

import type { RunStore } from '../../../../src-main/runs/store'
import { openStore as open } from '../../../support/open-store'
import {
  sampleAnswers,
  sampleConfig,
  sampleMeasure,
  sampleRun,
  sampleStep,
  sampleSteps,
} from '../../../support/run-samples'

function withRun(): RunStore {
  const { store } = open()
  store.create(sampleRun())
  return store
}

describe('runs', () => {
  it('gives back what was created, with everything else empty', () => {
    const { store } = open()
    const created = store.create(sampleRun({ differences: ['one'], created_at: 5 }))
    expect(created).toEqual({
      id: 'run-1',
      name: 'first',
      note: '',
      tags: [],
      starred: false,
      state: 'preparing',
      created_at: 5,
      updated_at: 5,
      step: 0,
      total_steps: null,
      progress: 0,
      last_loss: null,
      best_val_bpb: null,
      tok_per_sec: null,
      training_time_s: 0,
      device: '',
      dir: '/runs/run-1',
      checkpoints: [],
      error: null,
      parent: null,
      spark: [],
      config: sampleConfig(),
      config_path: null,
      differences: ['one'],
      model: null,
    })
  })

  it('refuses an id that is taken and keeps the first run', () => {
    const store = withRun()
    expect(() => store.create(sampleRun({ name: 'second' }))).toThrow(/run-1 already/)
    expect(store.detail('run-1').name).toBe('first')
  })

  it('keeps the options a run goes on with, and counts its batches in them', () => {
    const store = withRun()
    store.appendSteps('run-1', sampleSteps(1, 3))
    const { config } = store.detail('run-1')
    const finer = { ...config, device_batch_size: config.device_batch_size / 4, save_every: 5 }
    store.setOptions('run-1', finer)
    expect(store.detail('run-1').config).toEqual(finer)
    expect(store.steps('run-1', 1).map((step) => step.first_batch)).toEqual([0, 4, 8])
  })

  it('changes what a patch names and leaves the rest', () => {
    const store = withRun()
    const error = { code: 'disk.full', message: 'No space.', remedy: 'Make some.' }
    const model = { tag: 'd4', step: 0, parameters: 10, flops_per_token: 60, vocab_size: 64 }
    store.update('run-1', {
      state: 'failed',
      checkpoints: [10, 20],
      error,
      model: { ...model, n_layer: 4, n_embd: 256, n_head: 2, n_kv_head: 2 },
    })
    const detail = store.detail('run-1')
    expect(detail).toMatchObject({ name: 'first', state: 'failed', checkpoints: [10, 20], error, model })
    expect(store.update('run-1', { error: null }).error).toBeNull()
  })

  it('labels a run, which is no change of it: the time of its last change stays', () => {
    const store = withRun()
    const { updated_at } = store.update('run-1', { step: 3 })
    const labels = { name: 'lr 0.01', note: 'two lines\n"quoted", ünïcode', tags: ['a', 'b'], starred: true }
    expect(store.label('run-1', labels)).toMatchObject({ ...labels, updated_at })
    expect(store.label('run-1', { starred: false })).toMatchObject({ ...labels, starred: false })
    expect(store.detail('run-1')).toMatchObject({ name: 'lr 0.01', step: 3, starred: false })
  })

  it.each([
    ['label', (store: RunStore) => store.label('nobody', { name: 'x' })],
    ['update', (store: RunStore) => store.update('nobody', { name: 'x' })],
    ['summary', (store: RunStore) => store.summary('nobody')],
    ['detail', (store: RunStore) => store.detail('nobody')],
    ['remove', (store: RunStore) => store.remove('nobody')],
    ['appendSteps', (store: RunStore) => store.appendSteps('nobody', [sampleStep(1)])],
    ['appendEvals', (store: RunStore) => store.appendEvals('nobody', [{ step: 1, val_bpb: 1, seconds: 1 }])],
    ['appendLog', (store: RunStore) => store.appendLog('nobody', [{ at: 1, level: 'info', text: '' }])],
    ['truncateAfter', (store: RunStore) => store.truncateAfter('nobody', 1)],
  ])('%s refuses a run it does not know', (_, act) => {
    expect(() => act(withRun())).toThrow(/There is no run nobody/)
  })

  it('lists the newest first and removes one with all its metrics', () => {
    const { store } = open()
    store.create(sampleRun({ id: 'a', created_at: 1 }))
    store.create(sampleRun({ id: 'b', created_at: 2 }))
    store.appendSteps('a', sampleSteps(1, 3))
    expect(store.list().map((run) => run.id)).toEqual(['b', 'a'])
    store.remove('a')
    expect(store.list().map((run) => run.id)).toEqual(['b'])
    expect(store.steps('a', 0)).toEqual([])
  })

  it('gives the options of the runs asked for, without those that are not there', () => {
    const { store } = open()
    for (const seed of [1, 2]) {
      store.create(sampleRun({ id: `run-${String(seed)}`, config: { ...sampleConfig(), seed } }))
    }
    expect(store.configs(['run-2', 'gone'])).toEqual([
      { id: 'run-2', config: { ...sampleConfig(), seed: 2 } },
    ])
    expect(store.configs([])).toEqual([])
  })
})

describe('metrics', () => {
  it('gives steps back as they were, from the step asked for, in slices', () => {
    const store = withRun()
    store.appendSteps('run-1', sampleSteps(1, 5))
    expect(store.steps('run-1', 0)).toEqual(sampleSteps(1, 5))
    expect(store.steps('run-1', 4)).toEqual(sampleSteps(4, 5))
    expect(store.steps('run-1', 2, 2)).toEqual(sampleSteps(2, 3))
  })

  it('brings the summary up to the last step', () => {
    const store = withRun()
    store.appendSteps('run-1', sampleSteps(1, 4))
    expect(store.summary('run-1')).toMatchObject({
      step: 4,
      progress: 0.004,
      last_loss: 2,
      tok_per_sec: 1004,
      training_time_s: 4 * 0.3,
      spark: [8.25, 8.25 / 2, 8.25 / 3, 8.25 / 4],
    })
  })

  it('knows how fast the newest runs were, without those that have not trained', () => {
    const { store } = open()
    for (const [id, at] of [
      ['old', 1],
      ['new', 2],
      ['untrained', 3],
    ] as const) {
      store.create(sampleRun({ id, created_at: at, config: { ...sampleConfig(), max_seq_len: at } }))
    }
    store.appendSteps('old', sampleSteps(1, 5))
    store.appendSteps('new', sampleSteps(1, 40)) // faster from step to step
    const speeds = store.recentSpeeds(5).map(({ config, tokPerSec }) => [config.max_seq_len, tokPerSec])
    expect(speeds).toEqual([
      [2, 1030],
      [1, 1003],
    ])
    expect(store.recentSpeeds(1)).toHaveLength(1)
  })

  it('knows no speed of a run that has hardly begun, nor takes the step that compiled for it', () => {
    const store = withRun()
    store.appendSteps('run-1', [{ ...sampleStep(1), tok_per_sec: 3 }, sampleStep(2)])
    expect(store.recentSpeeds(5)).toEqual([])
    store.appendSteps('run-1', [sampleStep(3)])
    expect(store.recentSpeeds(5).map(({ tokPerSec }) => tokPerSec)).toEqual([1002])
  })

  it('thins a long run to 60 points that end with the last step', () => {
    const store = withRun()
    store.appendSteps('run-1', sampleSteps(1, 601))
    const { spark } = store.summary('run-1')
    expect(spark).toHaveLength(60)
    expect(spark.at(-1)).toBe(8.25 / 601)
  })

  it('keeps an unknown loss and an unknown mfu as null', () => {
    const store = withRun()
    store.appendSteps('run-1', [
      { ...sampleStep(1), loss: null, loss_ema: Infinity, mfu: 31.5 },
      sampleStep(2),
    ])
    const [first, second] = store.steps('run-1', 0)
    expect(first).toMatchObject({ loss: null, loss_ema: Infinity, mfu: 31.5 })
    expect(second?.mfu).toBeNull()
  })

  it('keeps a gradient norm, and null where none is known', () => {
    const store = withRun()
    store.appendSteps('run-1', [
      { ...sampleStep(1), grad_norm: 1.25 },
      { ...sampleStep(2), grad_norm: null },
    ])
    expect(store.steps('run-1', 0).map((step) => step.grad_norm)).toEqual([1.25, null])
  })

  it('keeps evaluations and the best of them', () => {
    const store = withRun()
    const evals = [0.9, 0.7, 0.8].map((val_bpb, i) => ({ step: i * 10, val_bpb, seconds: 2 }))
    const perTask = {
      entry: 0,
      task: 'MMLU',
      label: 'MMLU all',
      val_bpb: null,
      loss: 2.5,
      targets: 4,
      bytes: 0,
    }
    const withTasks = { step: 30, val_bpb: 0.85, seconds: 2, per_task: [perTask] }
    store.appendEvals('run-1', [...evals, withTasks])
    expect(store.evals('run-1', 10)).toEqual([...evals.slice(1), withTasks])
    expect(store.summary('run-1').best_val_bpb).toBe(0.7)
  })

  it('keeps what the model was asked once a step, the last of it', () => {
    const store = withRun()
    store.appendSamples('run-1', [0, 10].map(sampleAnswers))
    store.appendMeasures('run-1', [0, 10].map(sampleMeasure))
    const again = { ...sampleAnswers(10), answers: [] }
    const better = { ...sampleMeasure(10), chatcore: null, chatcore_cat: 0.5 }
    store.appendSamples('run-1', [again])
    store.appendMeasures('run-1', [better])
    expect(store.samples('run-1', 0)).toEqual([sampleAnswers(0), again])
    expect(store.measures('run-1', 1)).toEqual([better])
  })

  it('gives the end of the log, oldest first', () => {
    const store = withRun()
    const lines = ['a', 'b', 'c'].map((text, at) => ({ at, level: 'info' as const, text }))
    store.appendLog('run-1', lines)
    expect(store.log('run-1', 2)).toEqual(lines.slice(1))
  })

  it('goes back to a step: what came after is forgotten, the summary and the best bpb with it', () => {
    const store = withRun()
    store.appendSteps('run-1', sampleSteps(1, 10))
    store.appendEvals(
      'run-1',
      [0.9, 0.5].map((val_bpb, i) => ({ step: 4 + 4 * i, val_bpb, seconds: 1 })),
    )
    store.appendSamples('run-1', [sampleAnswers(6), sampleAnswers(8)])
    store.appendMeasures('run-1', [sampleMeasure(6), sampleMeasure(8)])
    store.truncateAfter('run-1', 6)
    expect(store.samples('run-1', 0)).toEqual([sampleAnswers(6)])
    expect(store.measures('run-1', 0)).toEqual([sampleMeasure(6)])
    expect(store.steps('run-1', 0)).toEqual(sampleSteps(1, 6))
    expect(store.summary('run-1')).toMatchObject({ step: 6, last_loss: 8 / 6, best_val_bpb: 0.9 })
    store.truncateAfter('run-1', 0)
    expect(store.summary('run-1')).toMatchObject({ step: 0, last_loss: null, best_val_bpb: null, spark: [] })
  })
})

describe('markInterrupted', () => {
  const owner = { pid: 123, startedAt: 456 }

  it('asks about each owner and marks the runs of those that are gone', () => {
    const { store } = open()
    store.create(sampleRun({ id: 'gone', state: 'training', owner: { pid: 1, startedAt: 10 } }))
    store.create(sampleRun({ id: 'alive', state: 'training', owner }))
    store.create(sampleRun({ id: 'unowned', state: 'paused' }))
    const changed = store.markInterrupted(
      (pid, startedAt) => pid === owner.pid && startedAt === owner.startedAt,
    )
    expect(changed.map((run) => [run.id, run.state])).toEqual([['gone', 'interrupted']])
    expect(store.summary('alive').state).toBe('training')
    expect(store.owner('alive')).toEqual(owner)
    expect(store.owner('gone')).toBeNull()
    expect(store.summary('unowned').state).toBe('paused')
    expect(store.markInterrupted((pid) => pid === owner.pid)).toEqual([])
  })

  it('leaves a run paused that was saved at its step, and marks one that was not', () => {
    const { store } = open()
    for (const [id, checkpoints] of [
      ['saved', [5]],
      ['unsaved', [3]],
    ] as const) {
      store.create(sampleRun({ id, owner }))
      store.appendSteps(id, sampleSteps(1, 5))
      store.update(id, { state: 'paused', checkpoints: [...checkpoints] })
    }
    expect(store.markInterrupted(() => false).map((run) => run.id)).toEqual(['unsaved'])
    expect(store.summary('saved').state).toBe('paused')
  })

  it('leaves a run that had ended as it ended', () => {
    const { store } = open()
    store.create(sampleRun({ state: 'done', owner }))
    expect(store.markInterrupted(() => false)).toEqual([])
    expect(store.summary('run-1').state).toBe('done')
  })
})

/** The models that can be asked, in their order and by their names. */
import { expect, test } from 'vitest'

import type { CheckpointRow } from '../../../../src-main/runs/checkpoint-view.schema'
import { modelViews } from '../../../../src-main/services/model-views'
import { tinyConfig } from '../../../support/checkpoints'
import { openStore } from '../../../support/open-store'
import { sampleRun } from '../../../support/run-samples'

function row(change: Partial<CheckpointRow>): CheckpointRow {
  return {
    ...{ dir: '/base/base_checkpoints/d2', step: 1, place: 'base', folder: 'base_checkpoints', tag: 'd2' },
    ...{ runId: null, planned: false, config: tinyConfig, form: null, val_bpb: 1.5, bytes: 1, parameters: 9 },
    ...{ groups: [], has_optimizers: false, identity: null, obstacles: [], ...change },
  }
}

function save(runId: string, step: number, change: Partial<CheckpointRow> = {}): CheckpointRow {
  const obstacles = [{ code: 'checkpoint.of-run', message: 'It belongs to a run.' }]
  return row({ dir: `/runs/${runId}/${step}`, step, place: 'run', tag: runId, runId, obstacles, ...change })
}

const none = { summaries: [], dtypes: new Map() }

test('base first, then each run’s last save, then everything else', () => {
  const { store } = openStore()
  store.create(sampleRun({ id: 'idle', name: 'idle' }))
  store.update('idle', { state: 'done' })
  store.create(sampleRun({ id: 'busy', name: 'busy' }))
  store.update('busy', { state: 'training' })
  const base = row({})
  const other = row({ step: 7 })
  const result = row({
    dir: '/base/mid_checkpoints/d2',
    place: 'mid',
    folder: 'mid_checkpoints',
    obstacles: [{ code: 'checkpoint.not-base', message: 'It lies elsewhere.' }],
  })
  const rows = [base, other, result, save('idle', 20), save('idle', 10), save('busy', 5)]
  const chosen = { dir: base.dir, step: base.step }
  const dtypes = new Map([['idle', 'float32' as const]])
  const views = modelViews(
    { base_dir: '/base', rows, chosen },
    { summaries: store.list(), dtypes },
    'bfloat16',
  )
  expect(views.map(({ title, step, model, chats }) => [title, step, model.of, chats])).toEqual([
    ['Base d2', 1, 'base', 'no'],
    ['busy', 5, 'run', 'yes'],
    ['idle', 20, 'run', 'yes'],
    ['Base d2', 7, 'checkpoint', 'no'],
    ['d2 in mid_checkpoints', 1, 'checkpoint', 'yes'],
    ['idle, step 10', 10, 'checkpoint', 'yes'],
  ])
  expect(views.map(({ changing }) => changing)).toEqual([false, true, false, false, false, false])
  expect(views.map(({ dtype }) => dtype)).toEqual([
    ...['bfloat16', 'bfloat16', 'float32', 'bfloat16', 'bfloat16', 'float32'],
  ])
  expect(views.every(({ refusal }) => refusal === null)).toBe(true)
  expect(views[0]).toMatchObject({ vocab_size: 70, sequence_len: 32, val_bpb: 1.5 })
})

test('what only keeps a run from starting keeps nobody from asking; what keeps the model from being read does', () => {
  const mismatch = { code: 'tokenizer.mismatch', message: 'Other vocabulary.' }
  const broken = save('r', 1, {
    obstacles: [{ code: 'checkpoint.of-run', message: '' }, mismatch],
    config: null,
  })
  const [view] = modelViews({ base_dir: '/base', rows: [broken], chosen: null }, none, 'float32')
  expect(view).toMatchObject({ refusal: mismatch, vocab_size: null, sequence_len: null })
  const elsewhere = row({ place: 'other', folder: 'my_checkpoints' })
  const [other] = modelViews({ base_dir: '/base', rows: [elsewhere], chosen: null }, none, 'float32')
  expect(other).toMatchObject({ title: 'd2 in my_checkpoints', chats: 'unknown', refusal: null })
})

test('a trained model that was copied among the bases has been taught to chat', () => {
  const rows = [
    row({ identity: 'fresh' }),
    row({ step: 2, identity: 'trained' }),
    row({ step: 3 }),
    row({ place: 'mid', folder: 'mid_checkpoints', dir: '/base/mid_checkpoints/d2', identity: 'trained' }),
  ]
  const views = modelViews({ base_dir: '/base', rows, chosen: null }, none, 'float32')
  expect(views.map(({ chats }) => chats)).toEqual(['no', 'yes', 'no', 'yes'])
})

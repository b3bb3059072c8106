import { expect, it } from 'vitest'
import type { QueueItem } from '../../../../src-renderer/api/types'
import { queueRows } from '../../../../src-renderer/runs/queue-rows'
import { sampleConfig, sampleRun } from './sample-run'

function item(id: string, over: Partial<QueueItem> = {}): QueueItem {
  return { id, name: id, state: 'waiting', run_id: null, failure: null, ...over }
}

it('say what each is doing, and which is the best', () => {
  const items = [
    item('a', { state: 'ended', run_id: 'ra' }),
    item('b', { state: 'ended', run_id: 'rb' }),
    item('c', { state: 'ended', run_id: 'gone' }),
    item('d', { state: 'refused' }),
    item('e', { state: 'begun', run_id: 'unborn' }),
    item('f'),
  ]
  const runs = [
    sampleRun({ id: 'ra', state: 'done', best_val_bpb: 0.9 }),
    sampleRun({ id: 'rb', state: 'failed', best_val_bpb: 0.8 }),
  ]
  const rows = queueRows(items, runs, new Map())
  expect(rows.map(({ state }) => state)).toEqual([
    'done',
    'failed',
    'removed',
    'could not start',
    'is checked',
    'waits',
  ])
  expect(rows.filter(({ isBest }) => isBest).map(({ item: best }) => best.id)).toEqual(['b'])
  expect(queueRows(items.slice(0, 1), runs, new Map())[0]?.isBest).toBe(false) // the best of one says nothing
})

it('name the options in which they differ, with the values of each', () => {
  const configs = new Map([
    ['a', sampleConfig({ matrix_lr: 0.01, seed: 7, run: 'a' })],
    ['b', sampleConfig({ matrix_lr: 0.02, seed: 7, run: 'b' })],
  ])
  const differs = queueRows([item('a'), item('b'), item('unknown')], [], configs).map((row) => row.differs)
  expect(differs).toEqual(['matrix_lr 0.01', 'matrix_lr 0.02', ''])
  expect(queueRows([item('a')], [], configs)[0]?.differs).toBe('')
})

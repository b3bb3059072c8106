import { expect, it } from 'vitest'
import {
  batchesPerStep,
  firstBatchOf,
  packedTasks,
  projectSource,
  runSource,
  whoseBatches,
} from '../../../../src-renderer/packing/source'
import { sampleConfig, sampleRun } from '../runs/sample-run'

const config = sampleConfig({ max_seq_len: 64, device_batch_size: 2, total_batch_size: 512 })

it('names the project by its options, and a run by its id', () => {
  expect(projectSource({ config, dir: '/p' })).toMatchObject({ run: null, of: { config, dir: '/p' } })
  const detail = { ...sampleRun({ id: 'r7' }), config, config_path: null, differences: [], model: null }
  const source = runSource({ detail, recorded: false })
  expect(source).toMatchObject({ run: { id: 'r7' }, of: { runId: 'r7' }, dir: '/runs/r1', recorded: false })
})

it('counts steps from 1, each as many batches as the options say', () => {
  expect(batchesPerStep(config)).toBe(4)
  expect([0, 1, 3].map((step) => firstBatchOf(step, config))).toEqual([0, 0, 8])
  expect(batchesPerStep({ ...config, total_batch_size: 500 })).toBe(1)
})

it('lists the tasks as a mixture numbers them, repeats apart and val in the colours of train', () => {
  const mixture = {
    train: [
      { task: 'SmolTalk' as const, split: 'train' as const },
      { task: 'CustomJSON' as const, filepath: '/data/chats.jsonl', repeat: 2 },
    ],
    val: [{ task: 'CustomJSON' as const, filepath: '/data/chats.jsonl' }],
  }
  expect(packedTasks(mixture, 'train')).toEqual([
    { name: 'SmolTalk', colour: 0 },
    { name: 'chats.jsonl', colour: 1 },
    { name: 'chats.jsonl', colour: 1 },
  ])
  expect(packedTasks(mixture, 'val')).toEqual([{ name: 'chats.jsonl', colour: 1 }])
})

it('names whose batches they are in a file', () => {
  const project = (ranks: number, rank = 0) =>
    whoseBatches(projectSource({ config: sampleConfig({ world_size: ranks }), dir: '/p' }, rank))
  expect([project(1), project(2, 1)]).toEqual([null, 'rank 1'])
  const of = (ranks: number) => {
    const config = sampleConfig({ world_size: ranks })
    const detail = { ...sampleRun(), config, config_path: null, differences: [], model: null }
    return whoseBatches(runSource({ detail, recorded: true }, 1))
  }
  expect([of(1), of(2)]).toEqual(['first', 'first rank 1'])
})

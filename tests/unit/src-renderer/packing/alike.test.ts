import { expect, it } from 'vitest'
import type { RunConfig } from '../../../../src-renderer/api/types'
import { packAlike, packingDifferences } from '../../../../src-renderer/packing/alike'
import { sampleConfig } from '../runs/sample-run'

const withFile = (filepath: string, over: object = {}): RunConfig =>
  sampleConfig({ mixture: { train: [{ task: 'CustomJSON', filepath }], val: [] }, ...over })

it('takes a run to pack as the project that it was started from', () => {
  expect(packAlike(withFile('chats.jsonl'), withFile('/home/person/data/chats.jsonl'))).toBe(true)
  expect(packAlike(withFile('chats.jsonl'), withFile('C:\\data\\chats.jsonl', { matrix_lr: 1 }))).toBe(true)
})

it('names the options that differ', () => {
  const other = withFile('others.jsonl', { buffer_size: 7, matrix_lr: 1 })
  expect(packingDifferences(withFile('chats.jsonl'), other)).toEqual(['mixture.train', 'buffer_size'])
})

it('takes the same excluded conversations in another order for the same', () => {
  const one = withFile('chats.jsonl', { exclude: [[0, 7], [0, 10]] }) // prettier-ignore
  const other = withFile('chats.jsonl', { exclude: [[0, 10], [0, 7]] }) // prettier-ignore
  expect(packAlike(one, other)).toBe(true)
})

it.each([
  withFile('others.jsonl'),
  withFile('chats.jsonl', { max_seq_len: 1024 }),
  withFile('chats.jsonl', { packing: 'bestfit-pad' }),
  withFile('chats.jsonl', { buffer_size: 10 }),
  withFile('chats.jsonl', { device_batch_size: 2 }),
  withFile('chats.jsonl', { loss: 'completion' }),
  withFile('chats.jsonl', { world_size: 2 }),
  withFile('chats.jsonl', { exclude: [[0, 7]] }),
])('tells them apart by whatever changes a batch', (other) => {
  expect(packAlike(withFile('chats.jsonl'), other)).toBe(false)
})

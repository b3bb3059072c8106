import { expect, test } from 'vitest'

import type { RunConfig } from '../../../../src-main/config/config.schema'
import { modelConfig } from '../../../../src-main/model/config.schema'
import { checkpointBytes, derive, sharedStateBytes } from '../../../../src-main/runs/derive'
import { tinyConfig } from '../../../support/checkpoints'
import { sampleConfig } from '../../../support/run-samples'

/**
 * Peak resident memory in MB of some steps, an evaluation and two exports of the state, as saving makes them: measured on
 * a 2-core machine (Node 20, TensorFlow 2.21; graph in bfloat16). The eager ones from 16 rows on are without the exports,
 * which are small there.
 */
const MEASURED = [
  ['eager', { layers: 4, width: 256, rows: 8, length: 512, vocab: 4096 }, 978],
  ['eager', { layers: 8, width: 256, rows: 8, length: 512, vocab: 4096 }, 1305],
  ['eager', { layers: 4, width: 256, rows: 4, length: 512, vocab: 32768 }, 1687],
  ['eager', { layers: 4, width: 256, rows: 4, length: 1024, vocab: 65536 }, 2972],
  ['eager', { layers: 4, width: 256, rows: 16, length: 512, vocab: 4096 }, 1230],
  ['eager', { layers: 4, width: 256, rows: 4, length: 1024, vocab: 4096 }, 908],
  ['eager', { layers: 4, width: 256, rows: 2, length: 2048, vocab: 4096 }, 989],
  ['eager', { layers: 4, width: 256, rows: 2, length: 512, vocab: 4096 }, 718],
  ['eager', { layers: 4, width: 512, rows: 4, length: 512, vocab: 4096 }, 1189],
  ['graph', { layers: 4, width: 256, rows: 8, length: 512, vocab: 4096 }, 1350],
  ['graph', { layers: 4, width: 256, rows: 16, length: 512, vocab: 4096 }, 1840],
  ['graph', { layers: 8, width: 256, rows: 8, length: 512, vocab: 4096 }, 1828],
  ['graph', { layers: 4, width: 512, rows: 4, length: 512, vocab: 4096 }, 1703],
  ['graph', { layers: 4, width: 256, rows: 4, length: 512, vocab: 32768 }, 2341],
  ['graph', { layers: 4, width: 256, rows: 4, length: 1024, vocab: 65536 }, 3881],
  ['graph', { layers: 8, width: 512, rows: 1, length: 2048, vocab: 65536 }, 6460],
  ['graph', { layers: 12, width: 768, rows: 1, length: 2048, vocab: 65536 }, 11266],
] as const

test.each(MEASURED)('memory of the %s engine at %j', (engine, shape, megabytes) => {
  const config = {
    ...sampleConfig(),
    engine,
    device_batch_size: shape.rows,
    max_seq_len: shape.length,
    total_batch_size: shape.rows * shape.length,
  }
  const model = modelConfig.parse({
    sequence_len: shape.length,
    vocab_size: shape.vocab,
    n_layer: shape.layers,
    n_head: shape.width / 128,
    n_kv_head: shape.width / 128,
    n_embd: shape.width,
  })
  const base = { tag: 'd', step: 0, config: model, deviceBatchSize: null }
  const { memory_bytes } = derive(config, { base, epochSteps: null, tokPerSec: null })
  const ratio = (memory_bytes ?? NaN) / (megabytes * 1e6)
  expect(ratio).toBeGreaterThan(0.85)
  expect(ratio).toBeLessThan(1.15)
})

test('a checkpoint holds weights, two moments of AdamW’s and one of Muon’s', () => {
  const vocabulary = 2 * 128 * 32 + 2 * 2
  const blocks = 2 * (32 * 32 * 2 + 2 * 16 * 32 + 2 * 4 * 32 * 32)
  expect(checkpointBytes(tinyConfig)).toBe(4 * (3 * vocabulary + 2 * blocks))
})

test('ranks that share the optimizers’ state out need less memory, and two of them half of the state each', () => {
  const model = { ...tinyConfig, vocab_size: 65536, n_embd: 512 }
  const config = { ...sampleConfig(), world_size: 2 }
  const memoryOf = (shard_optimizer: boolean): number => {
    const base = { tag: 'd', step: 0, config: model, deviceBatchSize: null }
    return (
      derive({ ...config, shard_optimizer }, { base, epochSteps: null, tokPerSec: null }).memory_bytes ?? NaN
    )
  }
  const bytes = sharedStateBytes({ ...config, shard_optimizer: true }, model)
  if (bytes === null) throw new Error('two ranks share it out')
  expect(bytes.ofRank / bytes.all).toBeCloseTo(0.5, 3)
  expect(memoryOf(false) - memoryOf(true)).toBe(3 * (bytes.all - bytes.ofRank))
  expect(sharedStateBytes(config, model)).toBeNull()
  expect(sharedStateBytes({ ...config, world_size: 1, shard_optimizer: true }, model)).toBeNull()
})

test('losses that are recorded take a float32 a token of each step, of the ranks of this machine', () => {
  const base = { tag: 'd', step: 0, config: tinyConfig, deviceBatchSize: null }
  const plain = { ...sampleConfig(), total_batch_size: 8192 }
  const recorded = (options: Partial<RunConfig>): number => {
    const [without = NaN, bytes = NaN] = [plain, { ...plain, record_losses: [3, 7, 7], ...options }].map(
      (config) => derive(config, { base, epochSteps: null, tokPerSec: null }).disk_bytes ?? NaN,
    )
    return bytes - without
  }
  expect(recorded({})).toBe(2 * 4 * 8192)
  expect(recorded({ world_size: 2 })).toBe(2 * 4 * 8192)
  expect(recorded({ world_size: 2, hosts: ['a:1', 'b:1'] })).toBe(2 * 4 * 4096)
})

import { expect, test } from 'vitest'

import { modelConfig } from '../../../../src-main/model/config.schema'
import { checkpointBytes, derive } from '../../../../src-main/runs/derive'
import { tinyConfig } from '../../../support/checkpoints'
import { sampleConfig } from '../../../support/run-samples'

/** Peak resident memory of two eager steps, measured in MB on a 2-core machine (Node 20, TensorFlow 2.21). */
const MEASURED = [
  { layers: 4, width: 256, rows: 8, length: 512, vocab: 4096, megabytes: 897 },
  { layers: 4, width: 256, rows: 16, length: 512, vocab: 4096, megabytes: 1230 },
  { layers: 4, width: 256, rows: 2, length: 512, vocab: 4096, megabytes: 718 },
  { layers: 8, width: 256, rows: 8, length: 512, vocab: 4096, megabytes: 1179 },
  { layers: 4, width: 256, rows: 4, length: 1024, vocab: 4096, megabytes: 908 },
  { layers: 4, width: 256, rows: 2, length: 2048, vocab: 4096, megabytes: 989 },
  { layers: 4, width: 512, rows: 4, length: 512, vocab: 4096, megabytes: 1189 },
  { layers: 4, width: 256, rows: 4, length: 512, vocab: 32768, megabytes: 1476 },
]

test.each(MEASURED)('memory of depth $layers, width $width, $rows × $length, vocabulary $vocab', (shape) => {
  const config = {
    ...sampleConfig(),
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
  const ratio = (memory_bytes ?? NaN) / (shape.megabytes * 1e6)
  expect(ratio).toBeGreaterThan(0.9)
  expect(ratio).toBeLessThan(1.1)
})

test('a checkpoint holds weights, two moments of AdamW’s and one of Muon’s', () => {
  const vocabulary = 2 * 128 * 32 + 2 * 2
  const blocks = 2 * (32 * 32 * 2 + 2 * 16 * 32 + 2 * 4 * 32 * 32)
  expect(checkpointBytes(tinyConfig)).toBe(4 * (3 * vocabulary + 2 * blocks))
})

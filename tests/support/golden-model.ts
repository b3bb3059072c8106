/** golden/model.json: its figures, its base checkpoint, and the batches that it was made on. */
import { rm } from 'node:fs/promises'

import * as tf from '@tensorflow/tfjs-core'
import { z } from 'zod'

import { readModelFile } from '../../src-main/checkpoint/state-dict'
import { openMixture } from '../../src-main/data/mixture'
import { renderSource } from '../../src-main/data/render-source'
import { modelConfig } from '../../src-main/model/config.schema'
import { createLoader } from '../../src-main/packing/loader'
import type { PackedBatch } from '../../src-main/packing/types'
import { loadTokenizer } from '../../src-main/tokenizer/tokenizer'
import { goldenPath, readGolden } from './golden'
import { goldenLocations, goldenMixture, goldenTokenizerDir } from './golden-mixture'

const numbers = z.array(z.number())
const byName = z.record(z.string(), z.number())

export const golden = readGolden(
  'model.json',
  z.object({
    config: modelConfig,
    device_batch_size: z.number(),
    max_seq_len: z.number(),
    flops_per_token: z.number(),
    num_params: z.number(),
    loss_per_token_head: numbers,
    loss_mean: z.number(),
    logits_row0_pos5_head: numbers,
    logits_row0_last_head: numbers,
    grad_norms: byName,
    val_bpb_5_batches: z.number(),
    runs: z.array(
      z.object({
        grad_accum: z.number(),
        steps: z.number(),
        weight_decay: z.number(),
        init_lr_frac: z.number(),
        progress_total_steps: z.number(),
        log: z.array(z.object({ loss_last_micro: z.number(), lrm: z.number() })),
        val_bpb_after_5_batches: z.number(),
        param_norms_after: byName,
      }),
    ),
  }),
)

export type GoldenRun = (typeof golden.runs)[number]

/** The base checkpoint's parameters, as tensors. */
export async function goldenParameters(): Promise<Map<string, tf.Tensor>> {
  const path = goldenPath('nanochat_base/base_checkpoints/d3/model_000100.pt')
  const { parameters } = await readModelFile(path, golden.config)
  return new Map([...parameters].map(([name, { shape, data }]) => [name, tf.tensor(data, shape)]))
}

/** The first batches of a split, in the order of golden/packing.json. */
export async function goldenBatches(split: 'train' | 'val', count: number): Promise<PackedBatch[]> {
  const tokenizer = await loadTokenizer(goldenTokenizerDir)
  const locations = await goldenLocations()
  const mixture = await openMixture(goldenMixture[split], locations)
  try {
    const source = renderSource(mixture, tokenizer)
    const options = {
      packing: 'bestfit-crop' as const,
      batchSize: golden.device_batch_size,
      seqLen: golden.max_seq_len,
      bufferSize: 100,
      rank: 0,
      worldSize: 1,
      bosId: tokenizer.specials['<|bos|>'],
    }
    const loader = createLoader(source, options)
    const batches: PackedBatch[] = []
    while (batches.length < count) batches.push(await loader.next())
    return batches
  } finally {
    await mixture.close()
    await rm(locations.cacheDir, { recursive: true })
  }
}

/** [B, T] each, int32 */
export function tensorsOf({ batchSize, seqLen, inputs, targets }: PackedBatch): {
  inputs: tf.Tensor2D
  targets: tf.Tensor2D
} {
  return {
    inputs: tf.tensor2d(inputs, [batchSize, seqLen], 'int32'),
    targets: tf.tensor2d(targets, [batchSize, seqLen], 'int32'),
  }
}

/** [V] bytes of each token. */
export const goldenTokenBytes = Int32Array.from(
  readGolden('token_bytes.json', z.object({ token_bytes: numbers })).token_bytes,
)

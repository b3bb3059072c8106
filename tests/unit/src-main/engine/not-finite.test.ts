/** A base model with a NaN among its weights: every job that would compute with it names the tensor instead. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { loadModel } from '../../../../src-main/checkpoint/nanochat-files'
import { stateDict } from '../../../../src-main/checkpoint/state-dict'
import { writeTorchFile } from '../../../../src-main/checkpoint/torch-write'
import type { Trainer } from '../../../../src-main/engine/trainer-calls'
import { goldenPath } from '../../../support/golden'
import { failureOf } from '../../../support/failure'
import { goldenConfig, goldenTrainJob, withGoldenTrainer } from '../../../support/golden-run'
import { keptFolder } from '../../../support/temporary-folder'

const folder = keptFolder()
const baseDir = join(folder, 'base')
const checkpointDir = join(baseDir, 'base_checkpoints', 'd3')
const NAME = 'transformer.h.1.mlp.c_fc.weight'

cpSync(goldenPath('nanochat_base'), baseDir, { recursive: true })
const { step, tensors } = await loadModel(checkpointDir)
tensors.get(NAME)?.data.set([NaN], 5)
await writeTorchFile(join(checkpointDir, `model_${String(step).padStart(6, '0')}.pt`), stateDict(tensors))

const config = goldenConfig({ base_dir: baseDir, num_iterations: 2, model_tag: 'd3' })
const train = goldenTrainJob(folder, config)
const { locations, threads } = train
const onCheckpoint = { config, locations, checkpointDir, threads }
const of = {
  runDir: null,
  baseDir,
  dataDir: folder,
  modelTag: 'd3',
  modelStep: null,
  checkpointDir: null,
  deviceType: '' as const,
  threads,
}
const batch = { batchSize: 1, seqLen: 2, inputs: Int32Array.of(1, 2), targets: Int32Array.of(2, 3) }
const jobs: Record<string, (trainer: Trainer) => Promise<unknown>> = {
  train: (trainer) => trainer.call('train', train),
  evaluate: (trainer) => trainer.call('evaluate', { ...onCheckpoint, batches: 1 }),
  logits: (trainer) => trainer.call('logits', onCheckpoint),
  losses: (trainer) => trainer.call('losses', { of, batch, vocabSize: 4096 }),
}

test.each(Object.entries(jobs))('%s names the tensor', async (_, job) => {
  expect(await failureOf(() => withGoldenTrainer(job))).toMatchObject({
    code: 'checkpoint.not-finite',
    issues: [{ path: NAME, message: 'holds NaN at [0, 5]' }],
  })
})

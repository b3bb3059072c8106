/** A base model with a NaN among its weights: every job that would compute with it names the tensor instead. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { loadModel } from '../../../../src-main/checkpoint/nanochat-files'
import { stateDict } from '../../../../src-main/checkpoint/state-dict'
import { writeTorchFile } from '../../../../src-main/checkpoint/torch-write'
import type { TrainerJob } from '../../../../src-main/engine/trainer-protocol'
import { goldenPath } from '../../../support/golden'
import { goldenConfig, goldenTrainJob, runJob } from '../../../support/golden-run'
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
const jobs: TrainerJob[] = [
  train,
  { type: 'evaluate', config, locations, checkpointDir, batches: 1, threads },
  { type: 'logits', config, locations, checkpointDir, threads },
  { type: 'losses', config, locations, split: 'train', batch: 0, runDir: null, batchOf: null, threads },
]

test.each(jobs.map((job) => [job.type, job] as const))('%s names the tensor', async (_, job) => {
  const { last, steps } = await runJob(job)
  expect(last).toMatchObject({
    type: 'failed',
    failure: { code: 'checkpoint.not-finite', issues: [{ path: NAME, message: 'holds NaN at [0, 5]' }] },
  })
  expect(steps).toEqual([])
})

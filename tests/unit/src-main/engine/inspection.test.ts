/** Questions about models: losses of a batch, the model that is kept between them, and when it is not. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as tf from '@tensorflow/tfjs-core'

import { Inspection } from '../../../../src-main/engine/inspection'
import type { AskedModel } from '../../../../src-main/engine/asked'
import type { LossesQuestion } from '../../../../src-main/engine/trainer-calls'
import type { Progress } from '../../../../src-main/progress.schema'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { golden, goldenBatches } from '../../../support/golden-model'
import { goldenConfig, goldenTrainJob, runJob } from '../../../support/golden-run'
import { keptFolder, temporaryFolder } from '../../../support/temporary-folder'

const folder = keptFolder()
const [batch] = await goldenBatches('train', 1)
if (batch === undefined) throw new Error('the golden mixture has a batch')
const { batchSize, seqLen, inputs, targets } = batch

function question(of: Partial<AskedModel> = {}): LossesQuestion {
  const base = { baseDir: goldenPath('nanochat_base'), dataDir: folder, modelTag: null, modelStep: null }
  const where = { runDir: null, checkpointDir: null, deviceType: '' as const, threads: null }
  return {
    of: { ...base, ...where, ...of },
    batch: { batchSize, seqLen, inputs, targets },
    vocabSize: golden.config.vocab_size,
  }
}

const deaf = { signal: new AbortController().signal, progress: () => undefined }

test('the base checkpoint’s losses are the reference’s', async () => {
  const inspection = new Inspection()
  const progress: Progress[] = []
  const { losses, mean } = await inspection.losses(question(), {
    ...deaf,
    progress: (each) => progress.push(each),
  })
  expect(losses).toHaveLength(4 * 256)
  golden.loss_per_token_head.forEach((expected, i) => {
    expect(Math.abs((losses[i] ?? NaN) - expected)).toBeLessThan(1e-4)
  })
  expect(Math.abs((mean ?? NaN) - golden.loss_mean)).toBeLessThan(1e-4)
  expect(progress).toEqual([{ what: 'computing losses', done: 0, total: 4, unit: 'rows' }])
  await inspection.forget(deaf)
})

test('a token whose target is ignored has no loss and no part in the mean', async () => {
  const inspection = new Inspection()
  const all = await inspection.losses(question(), deaf)
  const asked = question()
  const counts = (i: number): boolean => i >= 256 && i % 3 === 0 // the first row has no target
  asked.batch.targets = targets.map((target, i) => (counts(i) ? target : -1))
  const { losses, mean } = await inspection.losses(asked, deaf)
  losses.forEach((loss, i) => {
    expect(loss).toBe(counts(i) ? all.losses[i] : NaN)
  })
  const counted = losses.filter((loss) => !Number.isNaN(loss))
  expect(mean).toBe(counted.reduce((sum, loss) => sum + loss, 0) / counted.length)

  asked.batch.targets = targets.map(() => -1)
  expect((await inspection.losses(asked, deaf)).mean).toBeNull()
  await inspection.forget(deaf)
})

test('a model is kept until another is asked or its files change, and leaves nothing behind', async () => {
  const baseDir = join(temporaryFolder(), 'base')
  cpSync(goldenPath('nanochat_base'), baseDir, { recursive: true })
  let loads = 0
  const inspection = new Inspection(() => loads++)
  const before = tf.memory().numTensors
  const first = await inspection.losses(question({ baseDir }), deaf)
  const kept = tf.memory().numTensors
  const again = await inspection.losses(question({ baseDir }), deaf)
  expect(again).toEqual(first)
  expect(tf.memory().numTensors).toBe(kept)
  expect(loads).toBe(1)

  cpSync(goldenPath('nanochat_base'), baseDir, { recursive: true }) // the same model, written anew
  expect(await inspection.losses(question({ baseDir }), deaf)).toEqual(first)
  expect(loads).toBe(2)
  expect(tf.memory().numTensors).toBe(kept)
  await inspection.forget(deaf)
  expect(tf.memory().numTensors).toBe(before)
})

test('a run’s last checkpoint is asked; a run without one is refused', async () => {
  const inspection = new Inspection()
  const config = goldenConfig({ num_iterations: 5, total_batch_size: 4 * 256 })
  const job = goldenTrainJob(folder, config, { stopAfter: 3 })
  const asked = question({ runDir: job.runDir })
  expect((await failureOf(() => inspection.losses(asked, deaf))).code).toBe('run.no-checkpoint')
  expect((await runJob(job)).last.type).toBe('stopped')
  const { losses, mean, dir, step } = await inspection.losses(asked, deaf)
  expect({ step, inRun: dir.startsWith(job.runDir) }).toEqual({ step: 3, inRun: true })
  expect(mean ?? NaN).toBeLessThan(golden.loss_mean) // it was trained on this very batch
  expect(losses.every(Number.isFinite)).toBe(true)
  await runJob({ ...job, resume: true, stopAfter: 1 })
  expect((await inspection.losses(asked, deaf)).step).toBe(4) // it went on since
  await inspection.forget(deaf)
})

test('a tokenizer of another vocabulary is refused', async () => {
  const inspection = new Inspection()
  const other = { ...question(), vocabSize: 99 }
  expect((await failureOf(() => inspection.losses(other, deaf))).code).toBe('tokenizer.mismatch')
  await inspection.forget(deaf)
})

test('a question that is cancelled is broken off, and the next one is answered', async () => {
  const inspection = new Inspection()
  const abort = new AbortController()
  const cancelling = { signal: abort.signal, progress: () => abort.abort() }
  const broken = inspection.losses(question(), cancelling)
  const next = inspection.losses(question(), deaf)
  await expect(broken).rejects.toThrow('aborted')
  expect((await next).losses).toHaveLength(4 * 256)
  await inspection.forget(deaf)
})

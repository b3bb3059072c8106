import { expect, test } from 'vitest'

import type { LogReport, LossesJob, LossesResult } from '../../../../src-main/engine/trainer-calls'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { Progress } from '../../../../src-main/progress.schema'
import type { CallOptions } from '../../../../src-main/threads/calls'
import { failureOf } from '../../../support/failure'
import { golden } from '../../../support/golden-model'
import { goldenConfig, goldenTrainJob, runJob, withGoldenTrainer } from '../../../support/golden-run'
import { keptFolder } from '../../../support/temporary-folder'

const folder = keptFolder()

function lossesJob(config: RunConfig, runDir: string | null = null): LossesJob {
  const { locations } = goldenTrainJob(folder, config)
  return { config, locations, split: 'train', batch: 0, runDir, batchOf: null, threads: null }
}

function lossesOf(job: LossesJob, call: CallOptions<LogReport> = {}): Promise<LossesResult> {
  return withGoldenTrainer((trainer) => trainer.call('losses', job, call))
}

test('the base checkpoint’s losses are the reference’s', async () => {
  const progress: Progress[] = []
  const { losses, mean, step } = await lossesOf(lossesJob(goldenConfig()), {
    onProgress: (each) => progress.push(each),
  })
  expect(losses).toHaveLength(4 * 256)
  golden.loss_per_token_head.forEach((expected, i) => {
    expect(Math.abs((losses[i] ?? NaN) - expected)).toBeLessThan(1e-4)
  })
  expect(Math.abs(mean - golden.loss_mean)).toBeLessThan(1e-4)
  expect(step).toBeGreaterThanOrEqual(0)
  expect(progress.length).toBeGreaterThanOrEqual(4)
})

test('a run’s last checkpoint is asked; a run without one is refused', async () => {
  const config = goldenConfig({ num_iterations: 4, total_batch_size: 4 * 256 })
  const job = goldenTrainJob(folder, config, { stopAfter: 3 })
  const asked = lossesJob(config, job.runDir)
  expect((await failureOf(() => lossesOf(asked))).code).toBe('run.no-checkpoint')

  expect((await runJob(job)).last.type).toBe('stopped')
  const { losses, mean, dir, step } = await lossesOf(asked)
  expect({ step, inRun: dir.startsWith(job.runDir) }).toEqual({ step: 3, inRun: true })
  expect(mean).toBeLessThan(golden.loss_mean) // it was trained on this very batch
  expect(losses.every(Number.isFinite)).toBe(true)
})

test('a cancel breaks it off', async () => {
  const abort = new AbortController()
  const call = { signal: abort.signal, onProgress: () => abort.abort() }
  expect((await failureOf(() => lossesOf(lossesJob(goldenConfig()), call))).code).toBe('cancelled')
})

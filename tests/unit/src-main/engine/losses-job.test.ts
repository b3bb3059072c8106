import { expect, test } from 'vitest'

import type { LossesJob, LossesResult, TrainerReport } from '../../../../src-main/engine/trainer-protocol'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import { golden } from '../../../support/golden-model'
import { goldenConfig, goldenTrainJob, runJob } from '../../../support/golden-run'
import { keptFolder } from '../../../support/temporary-folder'

const folder = keptFolder()

function lossesJob(config: RunConfig, runDir: string | null = null): LossesJob {
  const { locations } = goldenTrainJob(folder, config)
  return { type: 'losses', config, locations, split: 'train', batch: 0, runDir, batchOf: null, threads: null }
}

function resultOf(last: TrainerReport): LossesResult {
  if (last.type !== 'losses') throw new Error(`the job ended with ${JSON.stringify(last)}`)
  return last.result
}

test('the base checkpoint’s losses are the reference’s', async () => {
  const { last, reports } = await runJob(lossesJob(goldenConfig()))
  const { losses, mean, step } = resultOf(last)
  expect(losses).toHaveLength(4 * 256)
  golden.loss_per_token_head.forEach((expected, i) => {
    expect(Math.abs((losses[i] ?? NaN) - expected)).toBeLessThan(1e-4)
  })
  expect(Math.abs(mean - golden.loss_mean)).toBeLessThan(1e-4)
  expect(step).toBeGreaterThanOrEqual(0)
  expect(reports.filter(({ type }) => type === 'progress').length).toBeGreaterThanOrEqual(4)
})

test('a run’s last checkpoint is asked; a run without one is refused', async () => {
  const config = goldenConfig({ num_iterations: 4, total_batch_size: 4 * 256 })
  const job = goldenTrainJob(folder, config, { stopAfter: 3 })
  const before = await runJob(lossesJob(config, job.runDir))
  expect(before.last).toMatchObject({ type: 'failed', failure: { code: 'run.no-checkpoint' } })

  expect((await runJob(job)).last.type).toBe('stopped')
  const { losses, mean, dir, step } = resultOf((await runJob(lossesJob(config, job.runDir))).last)
  expect({ step, inRun: dir.startsWith(job.runDir) }).toEqual({ step: 3, inRun: true })
  expect(mean).toBeLessThan(golden.loss_mean) // it was trained on this very batch
  expect(losses.every(Number.isFinite)).toBe(true)
})

test('a stop breaks it off', async () => {
  const { last } = await runJob(lossesJob(goldenConfig()), (report, trainer) => {
    if (report.type === 'progress') trainer.stop()
  })
  expect(last).toMatchObject({ type: 'failed', failure: { code: 'cancelled' } })
})

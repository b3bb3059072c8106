/** losses.batch over a real inspector: the golden base checkpoint, a run that is not there, a cancel. */
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { DataAccess } from '../../../../../src-main/services/data-access'
import { Jobs } from '../../../../../src-main/services/jobs'
import { lossHandlers } from '../../../../../src-main/ipc/handlers/losses'
import { writeDataRecord } from '../../../../../src-main/packing/data-record'
import { withAbsolutePaths } from '../../../../../src-main/config/config'
import type { RunStore } from '../../../../../src-main/runs/store'
import { Inspector } from '../../../../../src-main/runs/inspector'
import { openChosenTrainer } from '../../../../../src-main/runs/trainer-host'
import { askedModelsOf } from '../../../../support/asked-models'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { golden } from '../../../../support/golden-model'
import { goldenConfig } from '../../../../support/golden-run'
import { openStore } from '../../../../support/open-store'
import { recordLosses, recordedLossesFile } from '../../../../../src-main/engine/recorded-losses'
import { recordedLosses } from '../../../../../src-main/runs/recorded-losses'
import { sampleRun } from '../../../../support/run-samples'
import { keptFolder, temporaryFolder } from '../../../../support/temporary-folder'

const folder = keptFolder()
const where = { cacheDir: join(folder, 'cache'), dataDir: folder, defaultBaseDir: () => null }
const batch = { config: goldenConfig(), dir: goldenPath('.'), split: 'train' as const, batch: 0 }

function handlers(
  store: RunStore,
  onProgress: (jobs: Jobs) => void = () => undefined,
  cacheDir = where.cacheDir,
): ReturnType<typeof lossHandlers> {
  const jobs: Jobs = new Jobs(() => {
    onProgress(jobs)
  })
  const data = new DataAccess({ ...where, cacheDir })
  const inspector = new Inspector({ openTrainer: openChosenTrainer })
  onTestFinished(async () => {
    await inspector.close()
    await data.close()
  })
  const runs = { get: (id: string) => store.detail(id) }
  const models = askedModelsOf(store, data, folder)
  return checked(lossHandlers({ runs, data, inspector, models }, jobs))
}

function noRuns(): RunStore {
  return openStore().store
}

describe('losses.batch', () => {
  it('tells those that a run recorded, batch by batch, with no checkpoint asked', async () => {
    const { store } = openStore()
    const dir = temporaryFolder()
    const config = goldenConfig({ device_batch_size: 2, max_seq_len: 3, total_batch_size: 12 })
    store.create(sampleRun({ id: 'run-1', dir, config }))
    await recordLosses(
      { evaluate: ({ inputs }) => Promise.resolve(Float32Array.from(inputs)) },
      [0, 6].map((from) => ({
        ...{ batchSize: 2, seqLen: 3 },
        inputs: Int32Array.from({ length: 6 }, (_, at) => from + at),
        targets: Int32Array.of(1, 1, -1, 1, 1, 1),
      })),
      recordedLossesFile(dir, 3, 1),
    )
    const asked = { runId: 'run-1', rank: 1, split: 'train' as const, job: 'losses' }
    expect(await handlers(store)['losses.batch']({ ...asked, batch: 5 })).toEqual({
      ...{ losses: Float32Array.of(6, 7, NaN, 9, 10, 11), mean: 8.6, step: 3, recorded: true, dir },
    })
    // a run that went on with fewer rows a micro-batch has the same rows in a step
    const fewer = goldenConfig({ device_batch_size: 1, max_seq_len: 3, total_batch_size: 12 })
    const last = await recordedLosses({ dir, config: fewer }, 11, 1)
    expect(last).toEqual({ losses: Float32Array.of(9, 10, 11), step: 3 })
    expect(await recordedLosses({ dir, config }, 6, 1)).toBeNull() // another step
    expect(await recordedLosses({ dir, config }, 5, 0)).toBeNull() // another rank
    expect(await recordedLosses({ dir, config: { ...config, max_seq_len: 4 } }, 5, 1)).toBeNull()
  })

  it('tells each token’s loss under the base checkpoint, as the reference does', async () => {
    const { losses, mean, dir } = await handlers(noRuns())['losses.batch']({
      ...batch,
      runId: null,
      job: 'losses',
    })
    expect(losses).toBeInstanceOf(Float32Array)
    golden.loss_per_token_head.forEach((expected, i) => {
      expect(Math.abs((losses[i] ?? NaN) - expected)).toBeLessThan(1e-4)
    })
    expect(Math.abs((mean ?? NaN) - golden.loss_mean)).toBeLessThan(1e-4)
    expect(dir).toContain('base_checkpoints')
  })

  it('tells those of a run’s own batch, under the base that it began with, as long as its data is the same', async () => {
    const { store } = openStore()
    const runDir = temporaryFolder()
    const config = withAbsolutePaths(goldenConfig(), goldenPath('.'), goldenPath('nanochat_base'))
    const { id } = store.create(sampleRun({ dir: runDir, config }))
    const own = handlers(store)
    const asked = { runId: id, split: 'train', batch: 0, job: 'own' } as const
    const { mean } = await own['losses.batch'](asked)
    expect(Math.abs((mean ?? NaN) - golden.loss_mean)).toBeLessThan(1e-4)
    await writeDataRecord(runDir, { tokenizer: 'another', train: [], val: [] })
    expect((await failureOf(() => own['losses.batch'](asked))).issues?.[0]?.path).toBe('base_dir')
  })

  it('knows no run of that name', async () => {
    const asked = () => handlers(noRuns())['losses.batch']({ ...batch, runId: 'none', job: 'losses' })
    expect(await failureOf(asked)).toMatchObject({ code: 'run.unknown' })
  })

  it('is broken off by a cancel', async () => {
    // Nothing is kept yet, so the first progress is that of reading: a cancel then comes before the losses are asked for.
    const cancelling = handlers(noRuns(), (jobs) => jobs.cancel('losses'), temporaryFolder())
    const asked = () => cancelling['losses.batch']({ ...batch, runId: null, job: 'losses' })
    expect(await failureOf(asked)).toMatchObject({ code: 'cancelled' })
  })
})

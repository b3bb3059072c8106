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

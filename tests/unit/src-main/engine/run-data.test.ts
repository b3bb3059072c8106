/** A run and its data: it notes what that is, and goes on with nothing else. */
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { readDataRecord, writeDataRecord } from '../../../../src-main/packing/data-record'
import { goldenConfig, goldenTrainJob, runJob } from '../../../support/golden-run'
import { temporaryFolder } from '../../../support/temporary-folder'

test('a run keeps what its data is, and is not resumed with other data', async () => {
  const folder = temporaryFolder()
  const config = goldenConfig({ num_iterations: 3 })
  await runJob(goldenTrainJob(folder, config, { stopAfter: 1 }))
  const runDir = join(folder, 'run')
  const kept = await readDataRecord(runDir)
  if (!kept) throw new Error('nothing was kept')
  expect(kept.train).toHaveLength(config.mixture.train.length)
  expect(kept.val).toHaveLength(config.mixture.val.length)

  const [first, ...others] = kept.train
  if (!first) throw new Error('the mixture is empty')
  await writeDataRecord(runDir, { ...kept, train: [{ ...first, identity: 'another' }, ...others] })
  const refused = await runJob(goldenTrainJob(folder, config, { resume: true }))
  expect(refused.last).toMatchObject({
    type: 'failed',
    failure: { code: 'run.data-changed', issues: [{ path: 'mixture.train.0' }] },
  })

  await writeDataRecord(runDir, kept)
  const resumed = await runJob(goldenTrainJob(folder, config, { resume: true }))
  expect(resumed.steps.map(({ step }) => step)).toEqual([2, 3])
})

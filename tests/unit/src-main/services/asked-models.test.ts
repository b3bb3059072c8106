/** Which files a run began with. That they are asked is tried with a real inspector: ipc/handlers/losses.test.ts. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { DataAccess } from '../../../../src-main/services/data-access'
import { askedModelsOf } from '../../../support/asked-models'
import { openStore } from '../../../support/open-store'
import { sampleRun } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

test('a branch began with what it keeps of its parent; one off the parent’s beginning, like any other run, with the base', () => {
  const folder = temporaryFolder()
  const { store } = openStore()
  const data = new DataAccess({ cacheDir: folder, defaultBaseDir: () => null })
  onTestFinished(() => data.close())
  const models = askedModelsOf(store, data, folder)
  const run = store.detail(store.create(sampleRun({ dir: folder })).id)
  const began = (step: number | null): unknown => {
    const parent = step === null ? null : { id: 'p', name: 'parent', step, changes: [] }
    return models.beginningOf({ ...run, parent }).of
  }
  const base = { checkpointDir: null, runDir: null }
  expect(began(null)).toMatchObject(base)
  expect(began(0)).toMatchObject(base)
  expect(began(3)).toMatchObject({ checkpointDir: join(folder, 'fork', 'step_000003'), modelStep: 3 })
})

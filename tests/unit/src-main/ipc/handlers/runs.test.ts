/** runs.configs over a real store: what the window compares runs by. */
import { expect, it, onTestFinished } from 'vitest'

import { calls } from '../../../../../src-main/ipc/contract'
import { runHandlers } from '../../../../../src-main/ipc/handlers/runs'
import { RunManager } from '../../../../../src-main/runs/run-manager'
import { openChosenTrainer } from '../../../../../src-main/runs/trainer-host'
import { openStore } from '../../../../support/open-store'
import { sampleConfig, sampleRun } from '../../../../support/run-samples'
import { temporaryFolder } from '../../../../support/temporary-folder'

it('runs.configs gives the options of the runs named that there are', async () => {
  const { store } = openStore()
  const dataDir = temporaryFolder()
  const manager = new RunManager({ store, dataDir, cacheDir: dataDir, openTrainer: openChosenTrainer })
  onTestFinished(() => manager.close())
  for (const seed of [1, 2, 3]) {
    store.create(sampleRun({ id: `run-${String(seed)}`, config: { ...sampleConfig(), seed } }))
  }
  const given = await runHandlers(manager)['runs.configs']({ runIds: ['run-3', 'run-1', 'gone'] })
  expect(calls['runs.configs'].output.parse(given)).toEqual(given)
  expect(given.map(({ id, config }) => [id, config.seed]).sort()).toEqual([
    ['run-1', 1],
    ['run-3', 3],
  ])
  expect(await runHandlers(manager)['runs.configs']({ runIds: [] })).toEqual([])
})

it('runs.configs refuses what is not a list of ids', () => {
  for (const input of [{}, { runIds: 'run-1' }, { runIds: [1] }]) {
    expect(calls['runs.configs'].input.safeParse(input).success).toBe(false)
  }
})

/** runs.configs over a real store: what the window compares runs by. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

import { calls } from '../../../../../src-main/contract/contract'
import { Jobs } from '../../../../../src-main/services/jobs'
import { runHandlers } from '../../../../../src-main/ipc/handlers/runs'
import { RunManager } from '../../../../../src-main/runs/run-manager'
import { openChosenTrainer } from '../../../../../src-main/runs/trainer-host'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { openStore } from '../../../../support/open-store'
import { sampleConfig, sampleRun } from '../../../../support/run-samples'
import { smallConfig } from '../../../../support/small-project'
import { temporaryFolder } from '../../../../support/temporary-folder'

const jobs = new Jobs(() => undefined)

it('runs.configs gives the options of the runs named that there are', async () => {
  const { store } = openStore()
  const dataDir = temporaryFolder()
  const manager = new RunManager({ store, dataDir, cacheDir: dataDir, openTrainer: openChosenTrainer })
  onTestFinished(() => manager.close())
  for (const seed of [1, 2, 3]) {
    store.create(sampleRun({ id: `run-${String(seed)}`, config: { ...sampleConfig(), seed } }))
  }
  const given = await checked(runHandlers(manager, jobs))['runs.configs']({
    runIds: ['run-3', 'run-1', 'gone'],
  })
  expect(calls['runs.configs'].output.parse(given)).toEqual(given)
  expect(given.map(({ id, config }) => [id, config.seed]).sort()).toEqual([
    ['run-1', 1],
    ['run-3', 3],
  ])
  expect(await checked(runHandlers(manager, jobs))['runs.configs']({ runIds: [] })).toEqual([])
})

it('runs.configs refuses what is not a list of ids', () => {
  for (const input of [{}, { runIds: 'run-1' }, { runIds: [1] }]) {
    expect(calls['runs.configs'].input.safeParse(input).success).toBe(false)
  }
})

it('runs.start tells by its job how far the checks are, is cancelled by it, and leaves no run then', async () => {
  const { store } = openStore()
  const dataDir = temporaryFolder()
  const manager = new RunManager({ store, dataDir, cacheDir: dataDir, openTrainer: openChosenTrainer })
  onTestFinished(() => manager.close())
  const told: string[] = []
  const followed: Jobs = new Jobs(({ job, what }) => {
    told.push(`${job}: ${what}`)
    followed.cancel('start')
  })
  // Large enough not to be read before the cancel arrives.
  const filepath = join(dataDir, 'many.jsonl')
  const line = JSON.stringify([
    { role: 'user', content: 'Count.' },
    { role: 'assistant', content: 'One, two.' },
  ])
  writeFileSync(filepath, `${line}\n`.repeat(200_000))
  const config = smallConfig({ mixture: { train: [{ task: 'CustomJSON', filepath }], val: [] } })
  const request = { config, dir: dataDir, path: null, job: 'start' }
  const failure = await failureOf(async () => checked(runHandlers(manager, followed))['runs.start'](request))
  expect(failure.code).toBe('cancelled')
  expect(told[0]).toMatch(/^start: reading .*many\.jsonl$/)
  expect(manager.list()).toEqual([])
})

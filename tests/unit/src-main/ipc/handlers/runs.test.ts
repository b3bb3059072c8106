/** runs.configs over a real store: what the window compares runs by. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

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
/** The paths that were opened, and what opening them ends with. */
const opened: string[] = []
let fault = ''
const about = {
  open: async (path: string) => {
    opened.push(path)
    return fault
  },
}

it('runs.configs gives the options of the runs named that there are', async () => {
  const { store } = openStore()
  const dataDir = temporaryFolder()
  const manager = new RunManager({ store, dataDir, cacheDir: dataDir, openTrainer: openChosenTrainer })
  onTestFinished(() => manager.close())
  for (const seed of [1, 2, 3]) {
    store.create(sampleRun({ id: `run-${String(seed)}`, config: { ...sampleConfig(), seed } }))
  }
  const given = await checked(runHandlers(manager, jobs, about))['runs.configs']({
    runIds: ['run-3', 'run-1', 'gone'],
  })
  expect(calls['runs.configs'].output.parse(given)).toEqual(given)
  expect(given.map(({ id, config }) => [id, config.seed]).sort()).toEqual([
    ['run-1', 1],
    ['run-3', 3],
  ])
  expect(await checked(runHandlers(manager, jobs, about))['runs.configs']({ runIds: [] })).toEqual([])
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
  const failure = await failureOf(async () =>
    checked(runHandlers(manager, followed, about))['runs.start'](request),
  )
  expect(failure.code).toBe('cancelled')
  expect(told[0]).toMatch(/^start: reading .*many\.jsonl$/)
  expect(manager.list()).toEqual([])
})

describe('runs.open', () => {
  /** A run that has written a log, a result and a report, as its log says. */
  function written() {
    const { store } = openStore()
    const dataDir = temporaryFolder()
    const dir = join(dataDir, 'run')
    const manager = new RunManager({ store, dataDir, cacheDir: dataDir, openTrainer: openChosenTrainer })
    onTestFinished(() => manager.close())
    store.create(sampleRun({ dir }))
    mkdirSync(join(dataDir, 'd4'), { recursive: true })
    mkdirSync(dir)
    writeFileSync(join(dir, 'log.txt'), '')
    writeFileSync(join(dataDir, 'midtraining.md'), '')
    opened.length = 0
    fault = ''
    const say = (text: string): void => store.appendLog('run-1', [{ at: 1, level: 'info', text }])
    const open = (what: 'folder' | 'result' | 'report' | 'log') =>
      checked(runHandlers(manager, jobs, about))['runs.open']({ runId: 'run-1', what })
    return { dataDir, dir, say, open }
  }

  it('opens folder and log, and result and report once the log names them', async () => {
    const { dataDir, dir, say, open } = written()
    expect((await failureOf(() => open('result'))).message).toBe('The run first has no result yet.')
    expect((await failureOf(() => open('report'))).message).toBe('The run first has no report yet.')
    say(`Checkpoint: ${join(dataDir, 'd3')}`)
    say(`Checkpoint: ${join(dataDir, 'd4')}`)
    say(`Report: ${join(dataDir, 'midtraining.md')}`)
    for (const what of ['folder', 'log', 'result', 'report'] as const) await open(what)
    expect(opened).toEqual([dir, join(dir, 'log.txt'), join(dataDir, 'd4'), join(dataDir, 'midtraining.md')])
  })

  it('opens nothing that is gone, or that is not what it should be', async () => {
    const { dataDir, dir, say, open } = written()
    rmSync(join(dir, 'log.txt'))
    say(`Checkpoint: ${join(dataDir, 'midtraining.md')}`)
    say('Report: /bin/sh')
    for (const what of ['log', 'result', 'report'] as const) {
      expect(await failureOf(() => open(what))).toMatchObject({ code: 'run.place-missing' })
    }
    expect(opened).toEqual([])
  })

  it('says what the desktop says', async () => {
    const { open, dir } = written()
    fault = 'no program for it'
    expect((await failureOf(() => open('folder'))).message).toBe(
      `${dir} could not be opened: no program for it.`,
    )
  })
})

/** The exports.* calls: what the person says is what is written, and nothing else. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { AskedModels } from '../../../../../src-main/services/asked-models'
import { CheckpointAccess } from '../../../../../src-main/services/checkpoint-access'
import { DataAccess } from '../../../../../src-main/services/data-access'
import { ModelExport } from '../../../../../src-main/services/model-export'
import { exportHandlers } from '../../../../../src-main/ipc/handlers/exports'
import { RunManager } from '../../../../../src-main/runs/run-manager'
import { openChosenTrainer } from '../../../../../src-main/runs/trainer-host'
import { Jobs } from '../../../../../src-main/services/jobs'
import { checked } from '../../../../support/checked-handlers'
import { readCsv } from '../../../../support/csv'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { openStore } from '../../../../support/open-store'
import { sampleConfig, sampleRun, sampleSteps } from '../../../../support/run-samples'
import { temporaryFolder } from '../../../../support/temporary-folder'

/** @param chosen what the person answers to the dialog; what it was asked goes to `asked` */
function open(chosen: string | null, asked: string[] = []) {
  const { store } = openStore()
  const dataDir = temporaryFolder()
  const runs = new RunManager({ store, dataDir, cacheDir: dataDir, openTrainer: openChosenTrainer })
  const defaultBaseDir = (): null => null
  const checkpoints = new CheckpointAccess({ dataDir, defaultBaseDir, runs: () => runs.list() })
  const data = new DataAccess({ cacheDir: dataDir, defaultBaseDir })
  onTestFinished(async () => {
    await runs.close()
    await checkpoints.close()
    await data.close()
  })
  const dialog = (kind: string, name: string): Promise<string | null> => {
    asked.push(`${kind} ${name}`)
    return Promise.resolve(chosen)
  }
  const dialogs = { saveExport: dialog, saveFolder: (name: string) => dialog('folder', name) }
  const jobs: Jobs = new Jobs(({ job, what }) => {
    if (job === 'cancelled') jobs.cancel(job)
    asked.push(what)
  })
  const asking = new AskedModels({ runs, checkpoints, data, dataDir, threads: () => null })
  const models = new ModelExport({ models: asking, checkpoints, runs, dataDir })
  return { store, checkpoints, handlers: checked(exportHandlers(runs, jobs, dialogs, models)) }
}

describe('exports.save', () => {
  const content = new TextEncoder().encode('row,position\n')

  it('writes where the person says, as the kind of file it is', async () => {
    const chosen = join(temporaryFolder(), 'batch.txt')
    const asked: string[] = []
    const { handlers } = open(chosen, asked)
    const saved = await handlers['exports.save']({ kind: 'svg', name: 'loss.svg', content })
    expect(asked).toEqual(['svg loss.svg'])
    expect(saved).toEqual({ path: `${chosen}.svg` })
    expect(readFileSync(`${chosen}.svg`, 'utf8')).toBe('row,position\n')
  })

  it('writes nothing where the person cancels', async () => {
    expect(await open(null).handlers['exports.save']({ kind: 'png', name: 'a.png', content })).toBeNull()
  })

  it('says what is wrong with a place that cannot be written, and what to do', async () => {
    const { handlers } = open(join('/dev/null', 'a.csv'))
    const failure = await failureOf(() => handlers['exports.save']({ kind: 'csv', name: 'a.csv', content }))
    expect(failure).toMatchObject({ code: 'export.unwritable' })
    expect(failure.remedy).toContain('another place')
  })
})

describe('exports.metrics', () => {
  it('writes a comparison as one table', async () => {
    const chosen = join(temporaryFolder(), 'two')
    const { store, handlers } = open(chosen)
    for (const id of ['a', 'b']) {
      store.create(sampleRun({ id }))
      store.appendSteps(id, sampleSteps(1, 3))
    }
    const input = { runIds: ['b', 'a'], format: 'csv' as const, name: 'two runs.csv', job: 'export' }
    const saved = await handlers['exports.metrics'](input)
    expect(saved).toEqual({ path: `${chosen}.csv` })
    const rows = readCsv(readFileSync(`${chosen}.csv`, 'utf8'))
    expect(rows.slice(1).map(([id]) => id)).toEqual(['b', 'b', 'b', 'a', 'a', 'a'])
  })

  it('leaves nothing behind when it is cancelled', async () => {
    const folder = temporaryFolder()
    const { store, handlers } = open(join(folder, 'one'))
    store.create(sampleRun({ id: 'a' }))
    store.appendSteps('a', sampleSteps(1, 5000)) // long enough to be paused in
    const input = { runIds: ['a'], format: 'json' as const, name: 'one.json', job: 'cancelled' }
    await expect(handlers['exports.metrics'](input)).rejects.toThrow('aborted')
    expect(readdirSync(folder)).toEqual([])
  })

  it('writes nothing of a run that there is not', async () => {
    const chosen = join(temporaryFolder(), 'none')
    const { handlers } = open(chosen)
    const input = { runIds: ['a'], format: 'csv' as const, name: 'none.csv', job: 'export' }
    expect((await failureOf(() => handlers['exports.metrics'](input))).code).toBe('run.unknown')
    expect(existsSync(`${chosen}.csv`)).toBe(false)
  })
})

describe('exports.model', () => {
  const baseDir = goldenPath('nanochat_base')
  const config = { ...sampleConfig(), base_dir: baseDir }
  const at = { config, dir: baseDir, name: 'd3 step 100' }
  const dir = join(baseDir, 'base_checkpoints', 'd3')

  it('writes a listed checkpoint as a folder, and tells how far it is', async () => {
    const out = join(temporaryFolder(), 'hub')
    const asked: string[] = []
    const { checkpoints, handlers } = open(out, asked)
    const of = { of: 'checkpoint' as const, dir, step: 100 }
    const unlisted = await failureOf(() => handlers['exports.model']({ ...at, of, job: 'one' }))
    expect(unlisted.code).toBe('checkpoint.unlisted')
    await checkpoints.list(config, baseDir, {})
    expect(await handlers['exports.model']({ ...at, of, job: 'two' })).toMatchObject({ path: out, step: 100 })
    expect(readdirSync(out)).toContain('model.safetensors')
    expect(asked).toContain('folder d3 step 100')
    expect(asked).toContain('Writing the model')
  })

  it('writes the last save of a run that has no result', async () => {
    const house = goldenPath('before-house')
    const out = join(temporaryFolder(), 'hub')
    const { store, handlers } = open(out)
    const config = { ...sampleConfig(), base_dir: join(house, 'project') }
    store.create(sampleRun({ id: 'a', dir: join(house, 'home', 'runs', 'eager'), config }))
    const of = { of: 'run' as const, runId: 'a' }
    expect((await failureOf(() => handlers['exports.model']({ ...at, of, job: 'one' }))).code).toBe(
      'run.no-checkpoint',
    )
    store.update('a', { checkpoints: [6] })
    expect(await handlers['exports.model']({ ...at, of, job: 'two' })).toMatchObject({ path: out, step: 6 })
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('before-eager, step 6')
  })

  it('writes nothing where the person cancels', async () => {
    const of = { of: 'run' as const, runId: 'a' }
    expect(await open(null).handlers['exports.model']({ ...at, of, job: 'one' })).toBeNull()
  })
})

/** The store's file: over a close, an update, damage, several connections and processes, and kills. */
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { FIGURE_ROWS } from '../../../../src-main/config/step-figures.schema'
import { RunStore } from '../../../../src-main/runs/store'
import { openDatabase } from '../../../../src-main/runs/store-database'
import { openStore as open } from '../../../support/open-store'
import { sampleRun, sampleStep, sampleSteps } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

/** Takes out what the store's versions after the fourth added. */
const AS_VERSION_4 = `
  ${['note', 'tags', 'starred', 'parent'].map((name) => `ALTER TABLE runs DROP COLUMN ${name};`).join(' ')}
  DROP TABLE samples; DROP TABLE measures;`

describe('the file', () => {
  it('keeps everything over a close', () => {
    const file = join(temporaryFolder(), 'runs.db')
    const first = RunStore.open(file)
    first.create(sampleRun())
    first.appendSteps('run-1', sampleSteps(1, 3))
    first.close()
    expect(open(file).store.steps('run-1', 0)).toEqual(sampleSteps(1, 3))
  })

  it('is brought up to date: evaluations of before have no figures of tasks', () => {
    const file = join(temporaryFolder(), 'runs.db')
    const first = RunStore.open(file)
    first.create(sampleRun())
    first.appendEvals('run-1', [{ step: 5, val_bpb: 0.9, seconds: 1 }])
    first.close()
    const db = openDatabase(file)
    db.exec(`ALTER TABLE runs DROP COLUMN removed_at; ${AS_VERSION_4}
             ALTER TABLE evals DROP COLUMN per_task;
             ALTER TABLE steps DROP COLUMN grad_norm; PRAGMA user_version = 1`)
    db.close()
    expect(open(file).store.evals('run-1', 0)).toEqual([{ step: 5, val_bpb: 0.9, seconds: 1 }])
  })

  it('is brought up to date: steps of before have no gradient norm, and new ones do', () => {
    const file = join(temporaryFolder(), 'runs.db')
    const first = RunStore.open(file)
    first.create(sampleRun())
    first.appendSteps('run-1', sampleSteps(1, 2))
    first.close()
    const db = openDatabase(file)
    db.exec(`ALTER TABLE runs DROP COLUMN removed_at; ${AS_VERSION_4}
             ALTER TABLE steps DROP COLUMN grad_norm; PRAGMA user_version = 2`)
    db.close()
    const { store } = open(file)
    store.appendSteps('run-1', sampleSteps(3, 3))
    expect(store.steps('run-1', 0).map((step) => step.grad_norm)).toEqual([null, null, 2 / 3])
    expect(store.summary('run-1')).toMatchObject({ step: 3, last_loss: 8 / 3 })
  })

  it('is brought up to date: runs of before have no note, no tags and no star, and can be given them', () => {
    const file = join(temporaryFolder(), 'runs.db')
    const first = RunStore.open(file)
    first.create(sampleRun({ note: 'lost', tags: ['lost'], starred: true }))
    first.close()
    const db = openDatabase(file)
    db.exec(`${AS_VERSION_4} PRAGMA user_version = 4`)
    db.close()
    const { store } = open(file)
    expect(store.summary('run-1')).toMatchObject({ name: 'first', note: '', tags: [], starred: false })
    store.label('run-1', { tags: ['lr', 'long'], starred: true })
    expect(store.summary('run-1')).toMatchObject({ note: '', tags: ['lr', 'long'], starred: true })
  })

  it('gets a column for a figure of a step that it has none for, whatever its version', () => {
    const file = join(temporaryFolder(), 'runs.db')
    const first = RunStore.open(file)
    first.create(sampleRun())
    first.appendSteps('run-1', sampleSteps(1, 1))
    first.close()
    const db = openDatabase(file)
    for (const [key, figure] of FIGURE_ROWS) {
      if ('measure' in figure || 'measureGroup' in figure) db.exec(`ALTER TABLE steps DROP COLUMN ${key}`)
    }
    db.close()
    const { store } = open(file)
    store.appendSteps('run-1', sampleSteps(2, 2))
    const [before, after] = store.steps('run-1', 0)
    expect(before).toMatchObject({ loss: 8, grad_norm: null })
    expect(after).toEqual(sampleStep(2))
  })

  it('refuses one that is not a database, and says which', () => {
    const file = join(temporaryFolder(), 'runs.db')
    writeFileSync(file, 'not a database, and long enough to have a header'.repeat(10))
    expect(() => RunStore.open(file)).toThrow(/runs\.db cannot be opened/)
  })

  it('refuses one that a newer Midbench wrote', () => {
    const { file } = open()
    const db = openDatabase(file)
    db.pragma('user_version = 99')
    db.close()
    expect(() => RunStore.open(file)).toThrow(/version 99/)
  })

  it('is shared: two connections write and see each other', () => {
    const { store, file } = open()
    const other = open(file).store
    store.create(sampleRun())
    other.appendSteps('run-1', [sampleStep(1)])
    store.appendSteps('run-1', [sampleStep(2)])
    expect(other.steps('run-1', 0)).toEqual(sampleSteps(1, 2))
  })
})

describe('processes', () => {
  const writer = join(import.meta.dirname, '../../../support/store-writer.ts')

  it('loses nothing that was reported written when the process is killed', async () => {
    const { store, file } = open()
    const child = fork(writer, [file, 'run-1', 'forever'], {
      execArgv: ['--import', 'tsx'],
      stdio: 'inherit',
    })
    const reported = await new Promise<number>((resolve) => {
      child.on('message', (step) => typeof step === 'number' && step >= 500 && resolve(step))
    })
    const closed = once(child, 'exit')
    child.kill('SIGKILL')
    await closed
    const steps = store.steps('run-1', 0)
    expect(steps.length).toBeGreaterThanOrEqual(reported)
    expect(steps).toEqual(sampleSteps(1, steps.length))
    expect(store.summary('run-1').step).toBe(steps.length)
  })

  it('lets several write at once', async () => {
    const { store, file } = open()
    const ids = ['a', 'b', 'c']
    const children = ids.map((id) => fork(writer, [file, id, '200'], { execArgv: ['--import', 'tsx'] }))
    const exits = await Promise.all(children.map((child) => once(child, 'exit')))
    expect(exits.map(([code]) => Number(code))).toEqual([0, 0, 0])
    for (const id of ids) expect(store.steps(id, 0)).toEqual(sampleSteps(1, 200))
  })

  it('is whole after a kill in the middle of a transaction', () => {
    const { store, file } = open()
    const child = spawnSync(process.execPath, ['--import', 'tsx', writer, file, 'run-1', 'kill'], {
      timeout: 30_000,
    })
    expect(child.signal).toBe('SIGKILL')
    expect(store.steps('run-1', 0)).toEqual(sampleSteps(1, 100))
    const db = openDatabase(file)
    expect(db.prepare('PRAGMA integrity_check').raw().all([])).toEqual([['ok']])
    db.close()
  })
})

import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { thisProcess } from '../../../../src-main/files/process-identity'
import { createRunFolder } from '../../../../src-main/runs/run-folder'
import { RunRecords } from '../../../../src-main/runs/run-records'
import { failureOf } from '../../../support/failure'
import { openStore } from '../../../support/open-store'
import { sampleRun, sampleSteps } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

const noTrouble = (): void => undefined

describe('a run in the store', () => {
  it('is interrupted where its process is gone, and not where it lives', () => {
    const { store } = openStore()
    store.create(sampleRun({ id: 'left', owner: { pid: 4_194_304, startedAt: 0 } }))
    store.create(sampleRun({ id: 'ours', owner: thisProcess() }))
    const records = new RunRecords(store, noTrouble)
    expect(records.summary('left').state).toBe('interrupted')
    expect(records.summary('ours').state).toBe('preparing')
  })

  it('loses the checkpoint that its process was saving when it died, and no other', () => {
    const folder = temporaryFolder()
    const { store } = openStore()
    store.create(
      sampleRun({ id: 'left', dir: join(folder, 'left'), owner: { pid: 4_194_304, startedAt: 0 } }),
    )
    store.create(sampleRun({ id: 'ours', dir: join(folder, 'ours'), owner: thisProcess() }))
    const names = ['step_000001', 'step_000002.tmp', 'mine.tmp']
    const checkpoints = (run: string): string => join(folder, run, 'checkpoints')
    for (const run of ['left', 'ours']) {
      for (const name of names) mkdirSync(join(checkpoints(run), name), { recursive: true })
    }
    new RunRecords(store, noTrouble)
    expect(readdirSync(checkpoints('left'))).toEqual(['mine.tmp', 'step_000001'])
    expect(readdirSync(checkpoints('ours'))).toHaveLength(3)
  })

  it('can be read from any step on, what was measured meanwhile included', async () => {
    const { store } = openStore()
    store.create(sampleRun({ id: 'run' }))
    const records = new RunRecords(store, noTrouble)
    records.journal('run').append({ steps: sampleSteps(1, 4), samples: [], measures: [], evals: [], log: [] })
    const flush = (): void => {
      if (store.steps('run', 5).length === 0) store.appendSteps('run', sampleSteps(5, 5))
    }
    const { steps } = await records.history('run', 3, flush)
    expect(steps.map(({ step }) => step)).toEqual([3, 4, 5])
    expect((await failureOf(() => records.get('none'))).code).toBe('run.unknown')
  })

  it('can be found by its config while it can go on', async () => {
    const { store } = openStore()
    store.create(sampleRun({ id: 'done', config_path: '/a.json', state: 'done' }))
    store.create(sampleRun({ id: 'old', config_path: '/a.json', state: 'stopped', created_at: 1 }))
    store.create(sampleRun({ id: 'new', config_path: '/a.json', state: 'paused', created_at: 2 }))
    const records = new RunRecords(store, noTrouble)
    expect(records.newestOf('/a.json')).toBe('new')
    expect((await failureOf(() => records.newestOf('/b.json'))).code).toBe('run.none')
  })
})

describe('a run in a folder', () => {
  const { config } = sampleRun()
  const identity = { id: 'run', name: 'mine', config_path: null, created_at: 1 }

  it('is taken up where the store does not know it, and is interrupted', async () => {
    const dir = join(temporaryFolder(), 'elsewhere')
    await createRunFolder(dir, identity, config)
    const records = new RunRecords(openStore().store, noTrouble)
    expect(await records.inFolder(dir)).toMatchObject({ id: 'run', name: 'mine', state: 'interrupted', dir })
    expect(records.list()).toHaveLength(1)
  })

  it('is where it lies now, though it was moved', async () => {
    const { store } = openStore()
    store.create(sampleRun({ id: 'run', dir: '/before', state: 'stopped' }))
    const dir = join(temporaryFolder(), 'moved')
    await createRunFolder(dir, identity, config)
    const records = new RunRecords(store, noTrouble)
    expect(await records.inFolder(dir)).toMatchObject({ id: 'run', state: 'stopped', dir })
    expect(records.list()).toHaveLength(1)
  })

  it('is refused where there is none', async () => {
    const records = new RunRecords(openStore().store, noTrouble)
    expect((await failureOf(() => records.inFolder(temporaryFolder()))).code).toBe('run.folder-empty')
  })
})

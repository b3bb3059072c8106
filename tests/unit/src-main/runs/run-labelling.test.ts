import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import type { RunSummary } from '../../../../src-main/config/run.schema'
import { openRunStore } from '../../../../src-main/runs/open-store'
import { createRunFolder, readRunFolder } from '../../../../src-main/runs/run-folder'
import { RunLabelling } from '../../../../src-main/runs/run-labelling'
import { RunRecords } from '../../../../src-main/runs/run-records'
import { failureOf } from '../../../support/failure'
import { openStore } from '../../../support/open-store'
import { sampleConfig } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

const LABELS = { name: 'lr 0.01', note: 'diverged at 40', tags: ['lr'], starred: true }

/** A run in the store and in its folder `runs/one`, whose labels can be set. */
async function labelled() {
  const dataDir = temporaryFolder()
  const dir = join(dataDir, 'runs', 'one')
  const { store } = openStore()
  const records = new RunRecords(store, () => undefined)
  const identity = { id: 'one', name: 'first', config_path: null, created_at: 5 }
  await createRunFolder(dir, identity, sampleConfig())
  records.create((await readRunFolder(dir)).identity, sampleConfig(), dir)
  const changed: RunSummary[] = []
  const labelling = new RunLabelling(records, (run) => changed.push(run))
  return { dataDir, dir, labelling, records, store, changed }
}

describe('what is said of a run', () => {
  it('is in the store and in its folder, and what is left out stays', async () => {
    const { dir, labelling, changed } = await labelled()
    await labelling.set('one', LABELS)
    const run = await labelling.set('one', { note: undefined, starred: false })
    expect(run).toMatchObject({ ...LABELS, starred: false })
    expect(changed.map(({ starred }) => starred)).toEqual([true, false])
    expect((await readRunFolder(dir)).identity).toEqual({
      ...LABELS,
      starred: false,
      id: 'one',
      config_path: null,
      created_at: 5,
    })
  })

  it('comes back with a store that is made again from the folders', async () => {
    const { dataDir, labelling } = await labelled()
    await labelling.set('one', LABELS)
    const { store } = await openRunStore(dataDir)
    expect(store.summary('one')).toMatchObject(LABELS)
    store.close()
  })

  it('is the last that was said, however quickly it was', async () => {
    const { dir, labelling } = await labelled()
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => labelling.set('one', { name })))
    expect((await readRunFolder(dir)).identity.name).toBe('d')
  })

  it('is kept where the folder is damaged, which is left as it is', async () => {
    const { dir, labelling, records } = await labelled()
    writeFileSync(join(dir, 'run.json'), 'not JSON')
    await labelling.set('one', LABELS)
    expect(records.summary('one')).toMatchObject(LABELS)
    expect(readFileSync(join(dir, 'run.json'), 'utf8')).toBe('not JSON')
  })

  it('can be said of others, after a run was deleted before it was written', async () => {
    const { dir, labelling, records, store } = await labelled()
    records.create({ ...(await readRunFolder(dir)).identity, id: 'two' }, sampleConfig(), temporaryFolder())
    const setting = labelling.set('two', LABELS)
    store.remove('two')
    expect((await failureOf(() => setting)).code).toBe('run.unknown')
    await labelling.set('one', LABELS)
    expect((await readRunFolder(dir)).identity.name).toBe(LABELS.name)
  })

  it('is refused of a run that there is not', async () => {
    const { labelling } = await labelled()
    expect((await failureOf(() => labelling.set('two', LABELS))).code).toBe('run.unknown')
    expect((await failureOf(() => labelling.set('two', {}))).code).toBe('run.unknown')
  })
})

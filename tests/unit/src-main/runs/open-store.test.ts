/** The run store after its file was damaged, in ways that end a process or that only reading shows, or was deleted. */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { checkpointFolder, saveRunCheckpoint } from '../../../../src-main/checkpoint/run-checkpoint'
import { openRunStore } from '../../../../src-main/runs/open-store'
import { createRunFolder } from '../../../../src-main/runs/run-folder'
import { RunStore, storeFile } from '../../../../src-main/runs/store'
import { openDatabase } from '../../../../src-main/runs/store-database'
import { storeDamage } from '../../../../src-main/runs/store-damage'
import { tinyCheckpoint } from '../../../support/checkpoints'
import { sampleConfig, sampleSteps } from '../../../support/run-samples'
import { keptFolder, temporaryFolder } from '../../../support/temporary-folder'

/** A data folder of two runs, one with checkpoints and a log, and their store, which no process has open. */
async function dataFolder(): Promise<string> {
  const home = temporaryFolder()
  for (const id of ['run-1', 'run-2']) {
    const identity = { id, name: `name of ${id}`, config_path: `/configs/${id}.json`, created_at: 5 }
    await createRunFolder(join(home, 'runs', id), identity, sampleConfig())
  }
  const dir = join(home, 'runs', 'run-1')
  for (const step of [3, 6]) {
    await saveRunCheckpoint(checkpointFolder(join(dir, 'checkpoints'), step), tinyCheckpoint(step))
  }
  writeFileSync(join(dir, 'log.txt'), 'it began\nwarn: it is odd\n')
  mkdirSync(join(home, 'runs', 'empty'))
  copyFileSync(written, storeFile(home))
  return home
}

const STEPS = 4000
let written: string

// In another process: a file is whole only when whoever wrote it has ended.
beforeAll(() => {
  written = join(keptFolder(), 'runs.db')
  const script = join(import.meta.dirname, '..', '..', '..', 'support', 'store-of-runs.ts')
  execFileSync(process.execPath, ['--import', 'tsx', script, written, String(STEPS), 'run-1', 'run-2'])
})

async function opened(home: string) {
  const result = await openRunStore(home)
  onTestFinished(() => result.store.close())
  return result
}

/** Sixteen bytes of 0xff in a file. */
function damage(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xff, at, at + 16)
  writeFileSync(file, bytes)
}

/** A byte that no UTF-8 text has, in the first place where a text stands. */
function spoilText(file: string, text: string): void {
  const bytes = readFileSync(file)
  bytes[bytes.indexOf(text) + 1] = 0xff
  writeFileSync(file, bytes)
}

function expectRestored({ store, notes }: Awaited<ReturnType<typeof opened>>): void {
  expect(store.list().map(({ id }) => id)).toEqual(['run-1', 'run-2'])
  expect(store.detail('run-1')).toMatchObject({
    name: 'name of run-1',
    config_path: '/configs/run-1.json',
    state: 'interrupted',
    checkpoints: [3, 6],
    step: 6,
    config: sampleConfig(),
  })
  expect(store.log('run-1', 10).map(({ level, text }) => [level, text])).toEqual([
    ['info', 'it began'],
    ['warn', 'it is odd'],
  ])
  expect(notes).toHaveLength(1)
  expect(notes[0]).toContain('made again from the folders of 2 runs')
}

test('a sound store is opened as it is, and nothing is said', async () => {
  const home = await dataFolder()
  const { store, notes } = await opened(home)
  expect(notes).toEqual([])
  expect(store.steps('run-1', 0)).toHaveLength(STEPS)
  expect(readdirSync(home).filter((name) => /damaged|mending/.test(name))).toEqual([])
})

test('a text of a step, an evaluation or the log that is no UTF-8 is missing, and nothing else is', async () => {
  const home = await dataFolder()
  const { store } = await opened(home)
  store.appendEvals('run-1', [{ step: 9, val_bpb: 1.5, seconds: 2, per_task: [] }])
  store.appendLog('run-1', [{ at: 1, level: 'warn', text: 'one line' }])
  const db = openDatabase(storeFile(home))
  onTestFinished(() => void db.close())
  db.exec(`UPDATE steps SET update_norm = CAST(x'7bff7d' AS TEXT) WHERE run_id = 'run-1' AND step = 2`)
  db.exec(`UPDATE evals SET per_task = CAST(x'5bff5d' AS TEXT)`)
  db.exec(`UPDATE log SET text = CAST(x'6fff65' AS TEXT), level = CAST(x'ff' AS TEXT)`)
  const [first, second, third] = store.steps('run-1', 1)
  expect(second).toEqual({ ...sampleSteps(2, 2)[0], update_norm: null })
  expect([first, third]).toEqual([...sampleSteps(1, 1), ...sampleSteps(3, 3)])
  expect(store.evals('run-1', 0)).toEqual([{ step: 9, val_bpb: 1.5, seconds: 2 }])
  expect(store.log('run-1', 9)).toEqual([{ at: 1, level: 'info', text: 'o\ufffde' }])
})

test('a first store is made without a word', async () => {
  const home = join(temporaryFolder(), 'new')
  const { store, notes } = await opened(home)
  expect({ runs: store.list(), notes }).toEqual({ runs: [], notes: [] })
})

test('a store that is open elsewhere and not written out yet is sound', async () => {
  const home = await dataFolder()
  const other = RunStore.open(storeFile(home))
  onTestFinished(() => other.close())
  other.appendSteps('run-2', sampleSteps(STEPS + 1, STEPS + 9))
  expect((await opened(home)).store.steps('run-2', 0)).toHaveLength(STEPS + 9)
})

describe('a damaged store is set aside and made again', () => {
  test.each([
    ['with bad bytes in its header', (file: string) => damage(file, 16)],
    ['with bad bytes that end the process', (file: string) => damage(file, 100)],
    ['with a bad page', (file: string) => damage(file, 3 * 4096)],
    ['with a run whose options are no UTF-8', (file: string) => spoilText(file, 'SimpleSpelling')],
    ['of garbage', (file: string) => writeFileSync(file, 'garbage '.repeat(1000))],
    ['that was cut', (file: string) => truncateSync(file, readFileSync(file).length >> 1)],
  ])('%s', async (_what, spoil) => {
    const home = await dataFolder()
    const file = storeFile(home)
    spoil(file)
    const bytes = readFileSync(file)
    expect(await storeDamage(file)).not.toBeNull()
    const result = await opened(home)
    expectRestored(result)
    expect(result.notes[0]).toContain('was damaged')
    const aside = readdirSync(home).find((name) => name.startsWith('runs.db.damaged-'))
    expect(readFileSync(join(home, aside ?? ''))).toEqual(bytes)
    result.store.appendSteps('run-1', sampleSteps(7, 8)) // it can be written
  })

  test('with a run that cannot be read', async () => {
    const home = await dataFolder()
    const db = openDatabase(storeFile(home))
    db.exec(`UPDATE runs SET config = '{"mixture' WHERE id = 'run-2'`)
    db.close()
    expect(await storeDamage(storeFile(home))).toBeNull()
    const result = await opened(home)
    expectRestored(result)
    expect(result.notes[0]).toContain('a run in it cannot be read')
  })
})

test.each([
  ['deleted', (file: string) => rmSync(file)],
  ['emptied', (file: string) => truncateSync(file)],
])('a store that was %s is made again', async (_how, spoil) => {
  const home = await dataFolder()
  spoil(storeFile(home))
  const result = await opened(home)
  expectRestored(result)
  expect(result.notes[0]).toContain('was not there')
})

test('a folder that cannot be read is named, and the others are taken', async () => {
  const home = await dataFolder()
  rmSync(storeFile(home))
  writeFileSync(join(home, 'runs', 'run-2', 'run.json'), '{"id": 5}')
  const { store, notes } = await opened(home)
  expect(store.list().map(({ id }) => id)).toEqual(['run-1'])
  expect(notes[1]).toContain(`The run in ${join(home, 'runs', 'run-2')} could not be taken up`)
})

test('two that find it damaged at once make it again once', async () => {
  const home = await dataFolder()
  damage(storeFile(home), 100)
  const both = await Promise.all([opened(home), opened(home)])
  expect(both.map(({ notes }) => notes.length).sort()).toEqual([0, 1])
  for (const { store } of both) expect(store.list()).toHaveLength(2)
})

test.each([
  ['it began\n', 'interrupted'],
  ['it began\nCheckpoint: /nanochat/mid_checkpoints/d4\n', 'done'],
])('a run whose steps are all made, with a log of %j, is taken down as %s', async (log, state) => {
  const home = await dataFolder()
  const dir = join(home, 'runs', 'run-1')
  const loop = { trainingTimeS: 1, progress: 1, bestBpb: null, finished: true }
  const resume = join(checkpointFolder(join(dir, 'checkpoints'), 6), 'resume.json')
  writeFileSync(resume, JSON.stringify({ loop: { loop } }))
  writeFileSync(join(dir, 'log.txt'), log)
  rmSync(storeFile(home))
  const { store } = await opened(home)
  expect(store.summary('run-1').state).toBe(state)
})

/** A run's batches over the real data thread: as they were trained, or what has changed since. */
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { DataAccess } from '../../../../src-main/services/data-access'
import { describeRun, openSource } from '../../../../src-main/services/packing-source'
import { writeDataRecord } from '../../../../src-main/packing/data-record'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import { withAbsolutePaths } from '../../../../src-main/config/config'
import { RunStore } from '../../../../src-main/runs/store'
import type { RunDetail } from '../../../../src-main/config/run.schema'
import { sampleRun } from '../../../support/run-samples'
import { failureOf } from '../../../support/failure'
import { smallConfig, STARTER_DIR } from '../../../support/small-project'
import { keptFolder } from '../../../support/temporary-folder'

const cacheDir = keptFolder()
let access = new DataAccess({ cacheDir, defaultBaseDir: () => null })
/** As after a restart of the app. */
async function restart(): Promise<void> {
  await access.close()
  access = new DataAccess({ cacheDir, defaultBaseDir: () => null })
}
const base = keptFolder()
const runDir = keptFolder()
const chats = join(base, 'chats.jsonl')
const line = (text: string): string =>
  `${JSON.stringify([
    { role: 'user', content: text },
    { role: 'assistant', content: `${text}, indeed.` },
  ])}\n`

const project: RunConfig = smallConfig({
  base_dir: '.',
  mixture: { train: [{ task: 'CustomJSON', filepath: 'chats.jsonl' }], val: [] },
})
const trained = withAbsolutePaths(project, base, base)
const store = RunStore.open(join(keptFolder(), 'runs.db'))
const runs = { get: (id: string): RunDetail => store.detail(id) }
/** The run, as if it had been started with other options. */
const withOptions = (options: Partial<RunConfig>) => ({
  get: (id: string): RunDetail => ({ ...store.detail(id), config: { ...trained, ...options } }),
})

beforeAll(() => {
  cpSync(join(STARTER_DIR, 'tokenizer'), join(base, 'tokenizer'), { recursive: true })
  writeFileSync(chats, line('one').repeat(3))
  store.create(sampleRun({ id: 'r1', name: 'first', dir: runDir, config: trained }))
})
afterAll(async () => {
  store.close()
  await access.close()
})

it('shares what is open for the project where the run has the same options', async () => {
  const own = await openSource({ config: project, dir: base }, access, runs)
  const ofRun = await openSource({ runId: 'r1' }, access, runs)
  expect(ofRun.client).toBe(own.client)
  expect(ofRun.config).toEqual(trained)
})

it('opens other options beside the project, one run at a time', async () => {
  const own = await openSource({ config: project, dir: base }, access, runs)
  const shorter = withOptions({ max_seq_len: 32, device_batch_size: 2 })
  const other = await openSource({ runId: 'r1' }, access, shorter)
  const batch = await other.client.batchView({ split: 'train', batch: 0 })
  expect([batch.rows, batch.seq_len]).toEqual([2, 32])
  expect((await openSource({ config: project, dir: base }, access, runs)).client).toBe(own.client)
  await openSource({ runId: 'r1' }, access, withOptions({ max_seq_len: 16 }))
  await expect(other.client.batchView({ split: 'train', batch: 0 })).rejects.toThrow(/closed/)
})

it('says whether the run kept what its data was', async () => {
  expect(await describeRun('r1', runs)).toMatchObject({ detail: { id: 'r1' }, recorded: false })
  const { data } = await openSource({ runId: 'r1' }, access, runs)
  await writeDataRecord(runDir, data.identity)
  expect(await describeRun('r1', runs)).toMatchObject({ detail: { id: 'r1' }, recorded: true })
  expect((await failureOf(() => describeRun('r2', runs))).code).toBe('run.unknown')
})

it('refuses data that has changed since, and takes it again once it is put back', async () => {
  await restart()
  writeFileSync(chats, line('one').repeat(4))
  const failure = await failureOf(() => openSource({ runId: 'r1' }, access, runs))
  expect(failure.code).toBe('run.data-changed')
  expect(failure.issues).toEqual([
    { path: 'mixture.train.0', message: `${chats} has 4 conversations; it had 3` },
  ])
  const own = await openSource({ config: project, dir: base }, access, runs)
  expect(own.data.trainConversations).toBe(4)
  writeFileSync(chats, line('one').repeat(3))
  const [one, two] = await Promise.all([1, 2].map(() => openSource({ runId: 'r1' }, access, runs)))
  expect([one?.data.trainConversations, two?.client]).toEqual([3, one?.client])
  expect((await two?.client.batchView({ split: 'train', batch: 0 }))?.batch).toBe(0)
})

it('refuses another tokenizer', async () => {
  await restart()
  const file = join(base, 'tokenizer', 'tokenizer.pkl')
  renameSync(file, `${file}.kept`)
  const missing = await failureOf(() => openSource({ runId: 'r1' }, access, runs))
  expect(missing.code).toBe('tokenizer.missing')
  expect(missing.message).toContain(`What first was trained on cannot be opened: ${file}`)
  expect(missing.remedy).toBe('Put the files back where the run found them, and try again.')
  renameSync(`${file}.kept`, file)
  await openSource({ runId: 'r1' }, access, runs)
})

it('says what is gone, and that the run expects it where it was', async () => {
  await restart()
  rmSync(chats)
  const failure = await failureOf(() => openSource({ runId: 'r1' }, access, runs))
  expect(failure.message).toContain(`${chats}: there is no such file`)
  expect(failure.remedy).toBe('Put the files back where the run found them, and try again.')
})

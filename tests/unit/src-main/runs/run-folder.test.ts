import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import {
  createRunFolder,
  holdsRun,
  newRunId,
  readRunFolder,
  takeNewFolder,
  takeRunFolder,
} from '../../../../src-main/runs/run-folder'
import { containing } from '../../../support/containing'
import { failureOf } from '../../../support/failure'
import { sampleConfig } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

const identity = { id: 'run-1', name: 'first', config_path: '/x.json', created_at: 5 }

test('a run’s folder is read back as it was made', async () => {
  const dir = join(temporaryFolder(), 'new', 'run')
  expect(await holdsRun(dir)).toBe(false)
  await createRunFolder(dir, identity, sampleConfig())
  expect(await holdsRun(dir)).toBe(true)
  expect(existsSync(join(dir, 'checkpoints'))).toBe(true)
  expect(await readRunFolder(dir)).toEqual({
    identity: { ...identity, note: '', tags: [], starred: false },
    config: sampleConfig(),
  })
})

test('a new folder and an empty one are taken for a run, and held', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'empty'))
  for (const dir of [join(folder, 'a', 'new'), join(folder, 'empty')]) {
    const hold = await takeNewFolder(dir)
    expect((await failureOf(() => takeNewFolder(dir))).code).toBe('run.folder-taken')
    hold.release()
    const again = await takeNewFolder(dir) // nothing came of the first
    again.release()
  }
})

test.each([
  [['run.json', 'config.json'], 'run.folder-taken', 'holds a run already'],
  [['notes.txt'], 'run.folder-filled', 'it holds notes.txt.'],
  [['.hidden', 'a', 'b', 'c', 'run.lock'], 'run.folder-filled', 'it holds .hidden, a, b and 1 more.'],
])('a folder with %j in it is not taken, and stays as it is', async (names, code, message) => {
  const dir = temporaryFolder()
  for (const name of names) writeFileSync(join(dir, name), name)
  const failure = await failureOf(() => takeNewFolder(dir))
  expect(failure).toMatchObject({ code, message: containing(message) })
  expect(failure.remedy).toContain('name another folder'.slice(1))
  expect(readdirSync(dir).sort()).toEqual([...names].sort())
  for (const name of names) expect(readFileSync(join(dir, name), 'utf8')).toBe(name)
})

test('the folder of a run is taken by one process at a time', async () => {
  const dir = temporaryFolder()
  expect((await failureOf(() => takeRunFolder(dir, 'first'))).code).toBe('run.folder-empty')
  expect(readdirSync(dir)).toEqual([])
  await createRunFolder(dir, identity, sampleConfig())
  const hold = await takeRunFolder(dir, 'first')
  expect(await failureOf(() => takeRunFolder(dir, 'first'))).toMatchObject({
    code: 'run.elsewhere',
    message: 'The run first is held by another process.',
  })
  hold.release()
})

test('a folder that cannot be made, and one without a run, say what to do', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  const refused = await failureOf(() =>
    createRunFolder(join(folder, 'file', 'run'), identity, sampleConfig()),
  )
  expect(refused.code).toBe('run.folder')
  const taken = await failureOf(() => takeNewFolder(join(folder, 'file')))
  expect(taken).toMatchObject({
    code: 'run.folder',
    message: containing('a file stands where its folder belongs'),
  })
  mkdirSync(join(folder, 'empty'))
  expect((await failureOf(() => readRunFolder(join(folder, 'empty')))).code).toBe('run.folder-empty')
})

test.each([
  ['{"id": "", "name": "x", "config_path": null, "created_at": 1}', 'run.json: id '],
  ['{"id": "a", "name": 7, "config_path": null}', 'run.json: name is 7; it must be'],
  ['[]', 'run.json: it is '],
])('a run.json that holds %s is named', async (text, reason) => {
  const dir = temporaryFolder()
  await createRunFolder(dir, identity, sampleConfig())
  writeFileSync(join(dir, 'run.json'), text)
  const failure = await failureOf(() => readRunFolder(dir))
  expect(failure).toMatchObject({ code: 'run.folder-damaged' })
  expect(failure.message).toContain(reason)
})

test('ids sort by time', () => {
  const ids = [newRunId(new Date(Date.UTC(2026, 0, 2))), newRunId(new Date(Date.UTC(2026, 10, 1, 12, 30, 5)))]
  expect(ids[1]).toMatch(/^2026-11-01-123005-[0-9a-f]{4}$/)
  expect([...ids].sort()).toEqual(ids)
})

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { createRunFolder, holdsRun, newRunId, readRunFolder } from '../../../../src-main/runs/run-folder'
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
  expect(await readRunFolder(dir)).toEqual({ identity, config: sampleConfig() })
})

test('a folder that holds a run is not written over', async () => {
  const dir = temporaryFolder()
  await createRunFolder(dir, identity, sampleConfig())
  const failure = await failureOf(() => createRunFolder(dir, { ...identity, id: 'run-2' }, sampleConfig()))
  expect(failure).toMatchObject({ code: 'run.folder-taken' })
  expect((await readRunFolder(dir)).identity.id).toBe('run-1')
})

test('a folder that cannot be made, and one without a run, say what to do', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  const refused = await failureOf(() =>
    createRunFolder(join(folder, 'file', 'run'), identity, sampleConfig()),
  )
  expect(refused.code).toBe('run.folder')
  mkdirSync(join(folder, 'empty'))
  expect((await failureOf(() => readRunFolder(join(folder, 'empty')))).code).toBe('run.folder-empty')
})

test('ids sort by time', () => {
  const ids = [newRunId(new Date(Date.UTC(2026, 0, 2))), newRunId(new Date(Date.UTC(2026, 10, 1, 12, 30, 5)))]
  expect(ids[1]).toMatch(/^2026-11-01-123005-[0-9a-f]{4}$/)
  expect([...ids].sort()).toEqual(ids)
})

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'

import { runMeasurements } from '../../../../src-main/evaluation/kept-measurements'
import { checkpointFolder, saveRunCheckpoint } from '../../../../src-main/checkpoint/run-checkpoint'
import { createRunFolder, takeNewFolder } from '../../../../src-main/runs/run-folder'
import { Trash } from '../../../../src-main/runs/trash'
import { tinyCheckpoint } from '../../../support/checkpoints'
import { containing } from '../../../support/containing'
import { failureOf } from '../../../support/failure'
import { sampleConfig } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

const identity = { id: 'run-1', name: 'first', config_path: null, created_at: 5 }
let home = ''
let dir = ''
let trash: Trash
const run = () => ({ id: 'run-1', name: 'first', dir, removed_at: 7 })

beforeEach(async () => {
  home = temporaryFolder()
  dir = join(home, 'elsewhere', 'run')
  trash = new Trash(join(home, 'data'))
  const hold = await takeNewFolder(dir)
  await createRunFolder(dir, identity, sampleConfig())
  await saveRunCheckpoint(checkpointFolder(join(dir, 'checkpoints'), 3), tinyCheckpoint(3))
  const measured = runMeasurements(dir, 3)
  mkdirSync(measured, { recursive: true })
  for (const name of ['model.json', 'ARC-Easy.bfloat16.json', 'ARC-Easy.bfloat16.jsonl']) {
    writeFileSync(join(measured, name), '{}')
  }
  writeFileSync(join(dir, 'log.txt'), 'step 1')
  writeFileSync(join(dir, 'data.json.part-12-ab34'), 'cut off')
  hold.release()
})

function everything(): Map<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    entries.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name), 'latin1'),
    ]),
  )
}

/** Things of a person, at every height, some with names like a run's. */
const MINE = [
  'thesis.tex',
  '.hidden',
  'run.json.bak',
  'photos/log.txt',
  'checkpoints/keep.me',
  'checkpoints/step_best/model_000003.pt',
  'checkpoints/step_000003/notes.txt',
  'measurements/step_000003/notes.txt',
]

describe('a run that is removed', () => {
  it('goes whole, and comes back bit for bit', async () => {
    const before = everything()
    expect(await trash.take(run())).toEqual({ ...run(), kept: [] })
    expect(readdirSync(join(home, 'elsewhere'))).toEqual([])
    const [entry] = await trash.list()
    expect(entry).toMatchObject(run())
    expect(entry?.bytes).toBeGreaterThan(10_000)
    expect(await trash.restore('run-1')).toEqual(run())
    expect(everything()).toEqual(before)
    expect(await trash.list()).toEqual([])
  })

  it('leaves whatever it did not write, and names it', async () => {
    for (const path of MINE) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), path)
    }
    symlinkSync(home, join(dir, 'link'))
    const { kept } = await trash.take(run())
    const whole = MINE.filter((path) => !path.startsWith('photos') && !path.includes('step_best'))
    expect(kept.sort()).toEqual([...whole, 'checkpoints/step_best', 'link', 'photos'].sort())
    expect([...everything().values()].sort()).toEqual([...MINE].sort())
    await trash.restore('run-1')
    expect(readFileSync(join(dir, 'log.txt'), 'utf8')).toBe('step 1')
    expect([...everything().values()]).toEqual(expect.arrayContaining(MINE))
  })

  it('whose folder is gone can be removed, and brought back as far as it was there', async () => {
    rmSync(dir, { recursive: true })
    expect(await trash.take(run())).toMatchObject({ kept: [] })
    expect(await trash.restore('run-1')).toEqual(run())
  })

  it('is deleted only when the trash is emptied', async () => {
    await trash.take(run())
    expect(await trash.empty()).toEqual(['run-1'])
    expect(await trash.list()).toEqual([])
    expect((await failureOf(() => trash.restore('run-1'))).code).toBe('trash.missing')
  })
})

describe('what stands in the way', () => {
  it('is not written over', async () => {
    await trash.take(run())
    await createRunFolder(dir, { ...identity, id: 'run-2' }, sampleConfig())
    const failure = await failureOf(() => trash.restore('run-1'))
    expect(failure).toMatchObject({ code: 'trash.taken', message: containing('run.json is there') })
    expect(readFileSync(join(dir, 'run.json'), 'utf8')).toContain('run-2')
    renameSync(dir, `${dir}-2`)
    expect(await trash.restore('run-1')).toEqual(run())
  })

  it('stops the removal before anything is lost', async () => {
    const before = everything()
    writeFileSync(join(home, 'data'), 'a file in its place')
    expect((await failureOf(() => trash.take(run()))).code).toBe('trash.write')
    expect(everything()).toEqual(before)
  })

  it('of ids that lead out of the trash is nothing', async () => {
    for (const id of ['..', '.', '', '../data', 'a/b']) {
      expect((await failureOf(() => trash.restore(id))).code).toBe('trash.missing')
    }
  })
})

import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  checkpointFolder,
  latestValid,
  listRunCheckpoints,
  loadRunCheckpoint,
  pruneRunCheckpoints,
  saveRunCheckpoint,
} from '../../../../src-main/checkpoint/run-checkpoint'
import { containing } from '../../../support/containing'
import { cutFile, editFile, tinyCheckpoint } from '../../../support/checkpoints'
import { temporaryFolder } from '../../../support/temporary-folder'

let dir = ''
const save = (step: number, seed = step) =>
  saveRunCheckpoint(checkpointFolder(dir, step), tinyCheckpoint(step, seed))

beforeEach(() => {
  dir = join(temporaryFolder(), 'checkpoints')
})

describe('a saved checkpoint', () => {
  it('comes back bit for bit', async () => {
    const saved = tinyCheckpoint(12)
    const loaded = await loadRunCheckpoint({ step: 12, dir: await save(12) })
    expect(loaded.step).toBe(12)
    expect(loaded.resume).toEqual(saved.resume)
    expect(loaded.meta).toEqual(saved.meta)
    expect(loaded.optimizers).toEqual(saved.optimizers)
    expect([...loaded.model.keys()]).toEqual([...saved.model.keys()])
    for (const [name, { data }] of saved.model) expect(loaded.model.get(name)?.data).toEqual(data)
  })

  it('lies under its step, with nothing beside it', async () => {
    await save(12)
    expect(readdirSync(dir)).toEqual(['step_000012'])
    expect(readdirSync(join(dir, 'step_000012')).sort()).toEqual([
      'manifest.json',
      'meta_000012.json',
      'model_000012.pt',
      'optim_000012_rank0.pt',
      'resume.json',
    ])
  })

  it('replaces one of the same step', async () => {
    await save(12, 1)
    const loaded = await loadRunCheckpoint({ step: 12, dir: await save(12, 2) })
    expect(loaded.model.get('lm_head.weight')?.data).toEqual(
      tinyCheckpoint(12, 2).model.get('lm_head.weight')?.data,
    )
    expect(readdirSync(dir)).toEqual(['step_000012'])
  })

  it('is what it was where the next save fails', async () => {
    await save(12)
    const broken = tinyCheckpoint(12)
    const model = new Map(broken.model).set('lm_head.weight', { shape: [9], data: new Float32Array(1) })
    await expect(saveRunCheckpoint(checkpointFolder(dir, 12), { ...broken, model })).rejects.toThrow()
    expect(readdirSync(dir)).toEqual(['step_000012'])
    expect((await latestValid(dir)).checkpoint?.step).toBe(12)
  })
})

describe('the last checkpoint to go on from', () => {
  it('is the last of them', async () => {
    for (const step of [5, 100, 30]) await save(step)
    expect(await latestValid(dir)).toEqual({
      checkpoint: { step: 100, dir: join(dir, 'step_000100') },
      skipped: [],
    })
    expect((await listRunCheckpoints(dir)).map(({ step }) => step)).toEqual([5, 30, 100])
  })

  it('is none in an empty or missing folder', async () => {
    expect(await latestValid(dir)).toEqual({ checkpoint: null, skipped: [] })
  })

  it.each([
    ['cut', (path: string) => cutFile(join(path, 'model_000020.pt'), 0.5), 'model_000020.pt has'],
    [
      'edited',
      (path: string) => editFile(join(path, 'optim_000020_rank0.pt'), 'exp_avg', 'exp_avh'),
      'was changed',
    ],
    ['missing', (path: string) => rmSync(join(path, 'resume.json')), 'resume.json'],
    ['without a manifest', (path: string) => rmSync(join(path, 'manifest.json')), 'manifest.json'],
    ['empty', (path: string) => writeFileSync(join(path, 'manifest.json'), ''), 'is empty'],
  ])('passes over one that is %s, and says so', async (_, damage, reason) => {
    await save(10)
    const torn = await save(20)
    damage(torn)
    const { checkpoint, skipped } = await latestValid(dir)
    expect(checkpoint?.step).toBe(10)
    expect(skipped).toEqual([{ step: 20, dir: torn, reason: containing(reason) }])
  })

  it('is not one that was copied under the name of another step', async () => {
    await save(10)
    cpSync(join(dir, 'step_000010'), join(dir, 'step_000020'), { recursive: true })
    const { checkpoint, skipped } = await latestValid(dir)
    expect(checkpoint?.step).toBe(10)
    expect(skipped).toMatchObject([{ step: 20, reason: containing('step 10') }])
  })

  it('is not one whose save was interrupted', async () => {
    await save(10)
    cpSync(join(dir, 'step_000010'), join(dir, 'step_000020.tmp'), { recursive: true })
    expect((await latestValid(dir)).checkpoint?.step).toBe(10)
    await save(20)
    expect(readdirSync(dir)).toEqual(['step_000010', 'step_000020'])
  })

  it('is the old one where a replacement was interrupted between its two renames', async () => {
    const path = await save(10)
    renameSync(path, `${path}.old`)
    expect((await latestValid(dir)).checkpoint).toEqual({ step: 10, dir: `${path}.old` })
    expect((await loadRunCheckpoint({ step: 10, dir: `${path}.old` })).step).toBe(10)
    await save(10)
    expect((await latestValid(dir)).checkpoint).toEqual({ step: 10, dir: path })
    expect(existsSync(`${path}.old`)).toBe(false)
  })
})

describe('pruning', () => {
  it('keeps the last ones and clears away what interrupted saves left', async () => {
    for (const step of [1, 2, 3]) await save(step)
    mkdirSync(join(dir, 'step_000004.tmp'))
    writeFileSync(join(dir, 'notes.txt'), 'mine')
    expect(await pruneRunCheckpoints(dir, 2)).toEqual([2, 3])
    expect(readdirSync(dir).sort()).toEqual(['notes.txt', 'step_000002', 'step_000003'])
  })

  it('never removes the last', async () => {
    await save(1)
    expect(await pruneRunCheckpoints(dir, 0)).toEqual([1])
    expect(await pruneRunCheckpoints(join(dir, 'missing'), 1)).toEqual([])
  })
})

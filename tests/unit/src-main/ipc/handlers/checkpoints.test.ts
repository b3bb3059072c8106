/** The checkpoints.* calls over the real checkpoint thread: a nanochat folder of every kind, damaged ones, and a run's. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { CheckpointAccess } from '../../../../../src-main/services/checkpoint-access'
import { Jobs } from '../../../../../src-main/services/jobs'
import { writeModelCheckpoint } from '../../../../../src-main/checkpoint/nanochat-files'
import { checkpointFolder, saveRunCheckpoint } from '../../../../../src-main/checkpoint/run-checkpoint'
import { calls, type CallOutput } from '../../../../../src-main/contract/contract'
import { checkpointHandlers } from '../../../../../src-main/ipc/handlers/checkpoints'
import { projectDir } from '../../../../../src-main/native/paths'
import { loadConfig } from '../../../../../src-main/config/config'
import { checked } from '../../../../support/checked-handlers'
import { containing } from '../../../../support/containing'
import { cutFile, tinyCheckpoint, tinyConfig } from '../../../../support/checkpoints'
import { goldenPath } from '../../../../support/golden'
import { sampleConfig } from '../../../../support/run-samples'
import { keptFolder } from '../../../../support/temporary-folder'

type Row = CallOutput<'checkpoints.list'>['rows'][number]

const folder = keptFolder()
const baseDir = join(folder, 'base')
const runDir = join(folder, 'runs', 'r1')
const progress: string[] = []
const jobs = new Jobs(({ what, done, total }) => progress.push(`${what} ${done}/${total ?? '?'}`))
const access = new CheckpointAccess({
  dataDir: folder,
  defaultBaseDir: () => null,
  runs: () => [{ id: 'r1', name: 'first run', dir: runDir }],
})
const checkpoints = checked(checkpointHandlers(access, jobs))
afterAll(() => access.close())

const modelDir = (name: string): string => join(baseDir, name)
const list = (options: object = {}) =>
  checkpoints['checkpoints.list']({
    config: { ...sampleConfig(), base_dir: baseDir, ...options },
    dir: folder,
    job: `list ${String(progress.length)}`,
  })
async function rowAt(dir: string, step: number): Promise<Row | undefined> {
  const { rows } = await list()
  return rows.find((row) => row.dir === dir && row.step === step)
}

beforeAll(async () => {
  cpSync(goldenPath('nanochat_base'), baseDir, { recursive: true })
  const write = async (name: string, step: number, config = tinyConfig) => {
    mkdirSync(modelDir(name), { recursive: true })
    await writeModelCheckpoint(modelDir(name), tinyCheckpoint(step, step, config))
  }
  await write('mid_checkpoints/d2', 4)
  await write('old_checkpoints/d2', 1)
  await write('base_checkpoints/cut', 2)
  cutFile(join(modelDir('base_checkpoints/cut'), 'model_000002.pt'), 0.5)
  await write('base_checkpoints/no-meta', 2)
  rmSync(join(modelDir('base_checkpoints/no-meta'), 'meta_000002.json'))
  await write('base_checkpoints/newer', 2, { ...tinyConfig, variant: '2026-01-16' })
  mkdirSync(modelDir('base_checkpoints/empty'))
  writeFileSync(join(modelDir('base_checkpoints/empty'), 'model_000001.pt'), '')
  await saveRunCheckpoint(checkpointFolder(join(runDir, 'checkpoints'), 6), tinyCheckpoint(6))
})

describe('checkpoints.list', () => {
  it('lists every folder and the runs, each with what it is', async () => {
    const { base_dir, rows, chosen } = await list()
    expect(base_dir).toBe(baseDir)
    const names = rows.map(({ folder: name, tag, step }) => `${name}/${tag} ${step}`)
    expect(names[0]).toBe('base_checkpoints/d3 100')
    expect(names.slice(1, 5).sort()).toEqual([
      'base_checkpoints/cut 2',
      'base_checkpoints/empty 1',
      'base_checkpoints/newer 2',
      'base_checkpoints/no-meta 2',
    ])
    expect(names.slice(5)).toEqual(['mid_checkpoints/d2 4', 'old_checkpoints/d2 1', 'runs/first run 6'])
    expect(chosen).toEqual({ dir: modelDir('base_checkpoints/d3'), step: 100 })
    expect(rows[0]).toMatchObject({
      place: 'base',
      planned: false,
      config: { n_layer: 3, window_pattern: 'SSL' },
      form: { label: 'nanochat of January 2026', note: null },
      obstacles: [],
    })
    expect(rows[0]?.bytes).toBeGreaterThan(4 * (rows[0]?.parameters ?? Infinity) * 0.5)
    expect(progress.at(-1)).toBe('Reading checkpoints 8/8')
    expect(calls['checkpoints.list'].output.safeParse(await list()).success).toBe(true)
  })

  it('says why no run can start from one', async () => {
    const codes = async (name: string, step: number) =>
      (await rowAt(modelDir(name), step))?.obstacles.map(({ code }) => code)
    expect(await codes('base_checkpoints/cut', 2)).toEqual(['zip.refused', 'tokenizer.mismatch'])
    expect(await codes('base_checkpoints/no-meta', 2)).toEqual(['checkpoint.missing'])
    expect(await codes('base_checkpoints/empty', 1)).toHaveLength(2)
    expect(await codes('base_checkpoints/newer', 2)).toEqual(['tokenizer.mismatch'])
    expect(await codes('mid_checkpoints/d2', 4)).toEqual(['tokenizer.mismatch', 'checkpoint.not-base'])
    const own = await rowAt(checkpointFolder(join(runDir, 'checkpoints'), 6), 6)
    expect(own).toMatchObject({ place: 'run', runId: 'r1', val_bpb: 1.25, has_optimizers: true })
    expect(own?.obstacles.at(-1)).toMatchObject({
      code: 'checkpoint.of-run',
      message: containing('first run'),
    })
  })

  it('tells a later form of the model by its tensors, with what cannot be told', async () => {
    const row = await rowAt(modelDir('base_checkpoints/newer'), 2)
    expect(row).toMatchObject({ config: { variant: '2026-01-16' }, form: { note: containing('20') } })
    expect(row?.groups.map(({ name }) => name)).toContain('value embeddings')
  })

  it('follows the config: which is chosen, and none where there is none', async () => {
    expect((await list({ model_tag: 'newer' })).chosen).toEqual({
      dir: modelDir('base_checkpoints/newer'),
      step: 2,
    })
    expect((await list({ model_tag: 'd99' })).chosen).toBeNull()
    const nowhere = await list({ base_dir: join(folder, 'nowhere') })
    expect(nowhere.chosen).toBeNull()
    expect(nowhere.rows.map(({ place }) => place)).toEqual(['run'])
  })

  it('shows a base that is made on first use before it is made', async () => {
    const { config, dir } = await loadConfig(join(projectDir(), 'resources', 'starter', 'preset.json'))
    const { rows, chosen } = await checkpoints['checkpoints.list']({ config, dir, job: 'starter' })
    expect(rows[0]).toMatchObject({ planned: true, place: 'base', bytes: 0, obstacles: [] })
    expect(rows[0]?.parameters).toBe(rows[0]?.groups.reduce((sum, group) => sum + group.parameters, 0))
    expect(chosen).toEqual({ dir: rows[0]?.dir, step: 0 })
  })
})

describe('checkpoints.tensors', () => {
  it('lists them by the header', async () => {
    await list()
    const tensors = await checkpoints['checkpoints.tensors']({
      dir: modelDir('base_checkpoints/d3'),
      step: 100,
    })
    expect(tensors).toHaveLength(22)
    expect(tensors[2]).toMatchObject({
      name: 'transformer.wte.weight',
      dtype: 'bfloat16',
      group: 'embedding',
    })
  })

  it('says what is wrong with a file, and opens nothing that was not listed', async () => {
    const at = { dir: modelDir('base_checkpoints/cut'), step: 2 }
    await expect(checkpoints['checkpoints.tensors'](at)).rejects.toMatchObject({ code: 'zip.refused' })
    await expect(checkpoints['checkpoints.tensors']({ dir: '/etc', step: 1 })).rejects.toMatchObject({
      code: 'checkpoint.unlisted',
    })
  })
})

describe('checkpoints.histogram', () => {
  const at = { dir: modelDir('base_checkpoints/d3'), step: 100, name: 'transformer.wte.weight' }

  it('counts a tensor, with progress', async () => {
    const { counts, deviation } = await checkpoints['checkpoints.histogram']({ ...at, job: 'count' })
    const { parameters } = (await rowAt(at.dir, at.step))?.groups.find(
      ({ name }) => name === 'embedding',
    ) ?? { parameters: NaN }
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(parameters)
    expect(deviation).toBeGreaterThan(0.1)
    expect(progress.some((line) => line.startsWith('Reading transformer.wte.weight'))).toBe(true)
  })

  it('can be cancelled, and the next one answers', async () => {
    const counting = checkpoints['checkpoints.histogram']({ ...at, job: 'stopped' })
    jobs.cancel('stopped')
    await expect(counting).rejects.toMatchObject({ code: 'cancelled' })
    const next = await checkpoints['checkpoints.histogram']({ ...at, name: 'resid_lambdas', job: 'next' })
    expect(next.counts.reduce((sum, count) => sum + count, 0)).toBe(3)
  })

  it('is refused for a tensor that is not there', async () => {
    const missing = checkpoints['checkpoints.histogram']({ ...at, name: 'wpe', job: 'missing' })
    await expect(missing).rejects.toMatchObject({ code: 'checkpoint.missing' })
  })
})

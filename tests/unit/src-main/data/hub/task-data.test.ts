/** nanochat's copies of data sets: whole ones, and every way in which one is not. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'

import type { Failure } from '../../../../../src-main/errors'
import { datasetFiles } from '../../../../../src-main/data/hub/dataset-files'
import { findDataset, whyMissing } from '../../../../../src-main/data/hub/dataset-places'
import type { HubSettings } from '../../../../../src-main/data/hub/hub-env'
import { findTaskData, taskDataDir } from '../../../../../src-main/data/hub/task-data'
import { openMixture } from '../../../../../src-main/data/mixture'
import { failureOf } from '../../../../support/failure'
import { goldenPath, readGolden } from '../../../../support/golden'
import { sftMixture } from '../../../../support/sft-mixture'
import { temporaryFolder } from '../../../../support/temporary-folder'

const DATASET = { repo: 'cais/mmlu', folder: 'all', split: 'auxiliary_train' }
const PARTS = ['00000.parquet', '00001.parquet']

let baseDir: string
let dir: string
let hub: HubSettings

beforeEach(() => {
  baseDir = temporaryFolder()
  dir = taskDataDir(DATASET, baseDir)
  hub = { cacheDir: join(baseDir, 'hub'), endpoint: 'http://127.0.0.1:1', token: null, offline: true }
})

function put(names: readonly string[], manifest: unknown = PARTS): void {
  mkdirSync(dir, { recursive: true })
  for (const name of names) writeFileSync(join(dir, name), 'x')
  if (manifest !== undefined) writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest))
}

function putInCache(): void {
  const snapshot = join(hub.cacheDir, 'datasets--cais--mmlu', 'snapshots', 'c0ffee', 'all')
  mkdirSync(snapshot, { recursive: true })
  writeFileSync(join(snapshot, 'auxiliary_train-00000-of-00001.parquet'), 'x')
}

describe('findTaskData', () => {
  it('knows the folders by nanochat’s names', () => {
    const at = (repo: string, folder: string): string => taskDataDir({ repo, folder, split: 'test' }, '/nano')
    expect(at('cais/mmlu', 'all')).toBe('/nano/task_data/cais--mmlu/all/test')
    expect(at('HuggingFaceTB/smol-smoltalk', 'data')).toBe(
      '/nano/task_data/HuggingFaceTB--smol-smoltalk/default/test',
    )
  })

  it('finds the files that the manifest names, in its order', async () => {
    put([...PARTS, 'other.parquet'], PARTS.toReversed())
    const files = PARTS.toReversed().map((name) => join(dir, name))
    expect(await findTaskData(DATASET, baseDir)).toEqual({ state: 'whole', files })
  })

  it('finds nothing where there is nothing', async () => {
    expect(await findTaskData(DATASET, baseDir)).toEqual({ state: 'absent' })
    mkdirSync(dir, { recursive: true })
    expect(await findTaskData(DATASET, baseDir)).toEqual({ state: 'absent' })
  })

  const lackOf = async (): Promise<string> => {
    const found = await findTaskData(DATASET, baseDir)
    return found.state === 'lacking' ? found.lack : found.state
  }

  it('says that a download was not finished', async () => {
    put([PARTS[0] ?? ''], undefined)
    rmSync(join(dir, 'manifest.json'), { force: true })
    const lack = `${dir} has no manifest.json, so its download was not finished (1 parquet file is there)`
    expect(await lackOf()).toBe(lack)
  })

  it('names files of the manifest that are missing, empty, pointers or links that lead nowhere', async () => {
    const names = ['gone.parquet', 'empty.parquet', 'pointer.parquet', 'link.parquet']
    put([], names)
    const [gone = '', empty = '', pointer = '', link = ''] = names.map((name) => join(dir, name))
    writeFileSync(empty, '')
    writeFileSync(pointer, 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n')
    symlinkSync('elsewhere', link)
    expect(await lackOf()).toContain(`${gone} is not there (and 3 more like it)`)
    for (const [fault, text] of [
      [empty, 'is empty'],
      [pointer, 'is a Git LFS pointer'],
      [link, `leads to ${join(dir, 'elsewhere')}, which is not there`],
    ] as const) {
      writeFileSync(join(dir, 'manifest.json'), JSON.stringify([fault.slice(dir.length + 1)]))
      expect(await lackOf()).toContain(`${fault} ${text}`)
    }
  })

  it.each([['{}'], ['[]'], ['["../00000.parquet"]'], ['[1]'], ['["00000.parq']])(
    'refuses the manifest %s',
    async (text) => {
      put(PARTS)
      writeFileSync(join(dir, 'manifest.json'), text)
      expect(await lackOf()).toBe(`${join(dir, 'manifest.json')} is no list of file names`)
    },
  )

  it('names a folder that is a link to nowhere', async () => {
    symlinkSync('/nowhere/at/all', join(baseDir, 'task_data'))
    expect(await lackOf()).toBe(`${join(baseDir, 'task_data')} leads to /nowhere/at/all, which is not there`)
  })
})

describe('findDataset', () => {
  it('takes the hub’s cache before task_data, or after it where the config says so', async () => {
    put(PARTS)
    putInCache()
    expect((await findDataset(DATASET, hub, { baseDir }))?.place).toBe('hub')
    expect((await findDataset(DATASET, hub, { baseDir, taskDataFirst: true }))?.place).toBe('task_data')
  })

  it('takes the one that is whole where the other is not', async () => {
    put(PARTS.slice(1))
    putInCache()
    const instead = await findDataset(DATASET, hub, { baseDir, taskDataFirst: true })
    expect(instead?.place).toBe('hub')
    expect(instead?.passedOver).toContain(`${join(dir, PARTS[0] ?? '')} is not there`)
    expect((await findDataset(DATASET, hub, { baseDir }))?.passedOver).toBeNull()
    rmSync(hub.cacheDir, { recursive: true })
    expect(await findDataset(DATASET, hub, { baseDir })).toBeUndefined()
    put(PARTS)
    expect((await findDataset(DATASET, hub, { baseDir }))?.place).toBe('task_data')
  })
})

describe('datasetFiles', () => {
  it('says why a copy that comes first is passed over', async () => {
    put(PARTS.slice(1))
    putInCache()
    vi.stubEnv('HF_HUB_CACHE', hub.cacheDir)
    onTestFinished(() => void vi.unstubAllEnvs())
    const notices: string[] = []
    const said = {
      onProgress: () => undefined,
      onDamage: (notice: Failure) => void notices.push(notice.message),
    }
    const folders = { baseDir, configDir: baseDir, cacheDir: baseDir, taskDataFirst: true }
    const found = await datasetFiles(DATASET, [], { ...folders, ...said, download: false, signal: undefined })
    expect(found.place).toBe('hub')
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/^cais\/mmlu, all auxiliary_train: .* is not there; the hub's cache is used/)
  })
})

describe('whyMissing', () => {
  it('names task_data where the folder has one or is to have one', async () => {
    expect((await whyMissing(DATASET, hub, { baseDir })).message).not.toContain('task_data')
    const { message } = await whyMissing(DATASET, hub, { baseDir, taskDataFirst: true })
    expect(message).toContain(`${hub.cacheDir}/datasets--cais--mmlu was searched`)
    expect(message).toContain(`nor is it in ${dir}`)
  })

  it('says first what is wrong with a copy', async () => {
    put(PARTS.slice(1))
    const { message } = await whyMissing(DATASET, hub, { baseDir })
    expect(message).toContain(`cais/mmlu, all auxiliary_train: ${join(dir, 'manifest.json')} names a file`)
    expect(message).toContain(`${join(dir, PARTS[0] ?? '')} is not there`)
  })
})

describe('a mixture over a folder of today’s nanochat', () => {
  const folder = goldenPath('nanochat_now')

  beforeEach(() => {
    vi.stubEnv('HF_HUB_CACHE', hub.cacheDir)
    onTestFinished(() => void vi.unstubAllEnvs())
  })

  it('has the lengths of today’s chat_sft', async () => {
    const golden = readGolden('sft.json', z.object({ train_len: z.int(), val_len: z.int() }))
    const locations = { baseDir: folder, configDir: baseDir, cacheDir: join(baseDir, 'cache') }
    for (const [split, length] of [['train', golden.train_len] as const, ['val', golden.val_len] as const]) {
      const mixture = await openMixture(sftMixture[split], locations, { split })
      expect(mixture.length).toBe(length)
      await mixture.close()
    }
  })

  it('names the entry, the folder and what is missing', async () => {
    put([PARTS[0] ?? ''])
    const locations = { baseDir, configDir: baseDir, cacheDir: join(baseDir, 'cache') }
    const failure = await failureOf(() =>
      openMixture(sftMixture.train.slice(1, 2), locations, { split: 'train' }),
    )
    expect(failure.code).toBe('data.missing')
    expect(failure.issues?.[0]?.path).toBe('mixture.train.0.data_files')
    expect(failure.message).toContain(`${join(dir, PARTS[1] ?? '')} is not there`)
  })
})

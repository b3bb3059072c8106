/** Ways in which a copied or misplaced cache of the hub fails to hold a split. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'

import { datasetFiles } from '../../../../../src-main/data/hub/dataset-files'
import type { HubSettings } from '../../../../../src-main/data/hub/hub-env'
import { whatIsMissing } from '../../../../../src-main/data/hub/missing-split'
import { downloadSplit, findSplit } from '../../../../../src-main/data/hub/splits'
import { failureOf } from '../../../../support/failure'
import { temporaryFolder } from '../../../../support/temporary-folder'

const DATASET = { repo: 'org/set', folder: 'data', split: 'train' }
const NAME = 'datasets--org--set'
const PARTS = ['train-00000-of-00003.parquet', 'train-00001-of-00003.parquet', 'train-00002-of-00003.parquet']

let hub: HubSettings
let home: string

beforeEach(async () => {
  home = temporaryFolder()
  hub = { cacheDir: join(home, 'hub'), endpoint: await deadEndpoint(), token: null, offline: false }
  mkdirSync(hub.cacheDir)
})

/** An address that takes no connections: as on a machine without a network. */
async function deadEndpoint(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`
}

function snapshot(cacheDir: string, parts: readonly string[] = PARTS): string {
  const dir = join(cacheDir, NAME, 'snapshots', 'c0ffee', 'data')
  mkdirSync(dir, { recursive: true })
  for (const part of parts) writeFileSync(join(dir, part), 'x')
  return dir
}

it.each([
  ['too deep', () => join(hub.cacheDir, 'hub')],
  ['too high', () => home],
])('a cache that lies one folder %s is named, and nothing is downloaded', async (_where, at) => {
  snapshot(at())
  const failure = await failureOf(() => downloadSplit(DATASET, hub))
  expect(failure).toMatchObject({
    code: 'hub.cache-misplaced',
    message: `org/set, train: ${join(hub.cacheDir, NAME)} was searched, and the dataset lies in ${join(at(), NAME)}.`,
  })
  expect(failure.remedy).toContain(`Set HF_HUB_CACHE to ${at()}`)
  renameSync(join(at(), NAME), join(hub.cacheDir, NAME)) // as the remedy says
  expect(await findSplit(DATASET, hub)).toHaveLength(3)
})

it('half a split: what is missing is named, and no network is said at once', async () => {
  const dir = snapshot(hub.cacheDir, PARTS.slice(1, 2))
  const failure = await failureOf(() => downloadSplit(DATASET, hub))
  expect(failure.code).toBe('hub.network')
  expect(failure.message).toContain(
    `${dir} holds 1 of 3 files of it; not there: ${PARTS[0] ?? ''}, ${PARTS[2] ?? ''}; and it cannot be downloaded`,
  )
  expect(failure.message).toContain('given up after 1 try')
})

it('links that lead nowhere are named with what they lead to', async () => {
  const dir = snapshot(hub.cacheDir, PARTS.slice(1))
  const link = join(dir, PARTS[0] ?? '')
  symlinkSync('../../../blobs/abc', link)
  const target = join(hub.cacheDir, NAME, 'blobs', 'abc')
  expect((await whatIsMissing(DATASET, hub)).message).toBe(
    `org/set, train: ${link} leads to ${target}, which is not there`,
  )
  mkdirSync(join(target, '..'))
  writeFileSync(target, 'x')
  expect(await findSplit(DATASET, hub)).toHaveLength(3)
})

it('a cache without the dataset, and a snapshot without the split, say where was searched', async () => {
  const { message } = await whatIsMissing(DATASET, hub)
  expect(message).toContain(`${join(hub.cacheDir, NAME)} was searched`)
  const dir = snapshot(hub.cacheDir, [])
  expect((await whatIsMissing(DATASET, hub)).message).toContain(
    `${dir} was searched, and there is no train-*`,
  )
  rmSync(hub.cacheDir, { recursive: true })
  const offline = await failureOf(() => downloadSplit(DATASET, { ...hub, offline: true }))
  expect(offline.code).toBe('hub.offline')
  expect(offline.message).toContain('was searched')
})

it('data_files takes patterns, in natural order, also in a list', async () => {
  for (const name of ['train-10.parquet', 'train-2.parquet', 'more.parquet'])
    writeFileSync(join(home, name), 'x')
  const folders = { baseDir: home, configDir: home, cacheDir: home }
  const context = {
    ...folders,
    signal: undefined,
    download: false,
    onProgress: () => undefined,
    onDamage: () => undefined,
  }
  const at = (...names: string[]) => names.map((name) => join(home, name))
  const sorted = at('train-2.parquet', 'train-10.parquet')
  expect(await datasetFiles(DATASET, ['train-*.parquet'], context)).toEqual({ files: sorted })
  expect(await datasetFiles(DATASET, ['more.parquet', 'train-*.parquet'], context)).toEqual({
    files: [...at('more.parquet'), ...sorted],
  })
  const failure = await failureOf(() => datasetFiles(DATASET, ['val-*.parquet'], context))
  expect(failure).toMatchObject({
    code: 'data.missing',
    message: `${join(home, 'val-*.parquet')}: no file matches.`,
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { downloadMissing, locationsOf, openConversations } from '../../../../src-main/cli/open-data'
import { findSplit } from '../../../../src-main/data/hub/splits'
import { hubSettings } from '../../../../src-main/data/hub/hub-env'
import { dataCacheDir } from '../../../../src-main/native/paths'
import { parseConfig } from '../../../../src-main/config/config'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { startHubServer } from '../../../support/hub-server'
import { temporaryFolder } from '../../../support/temporary-folder'

const REPO = 'openai/gsm8k'

it('downloads what both splits lack, says so, and opens them', async () => {
  const server = await startHubServer()
  const folder = temporaryFolder()
  vi.stubEnv('HF_ENDPOINT', server.endpoint)
  vi.stubEnv('HF_HOME', join(folder, 'hf'))
  vi.stubEnv('HF_HUB_OFFLINE', '')
  vi.stubEnv('MIDBENCH_CACHE', join(folder, 'cache'))
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const split of ['train', 'test']) {
    const content = readFileSync(goldenPath(`datasets/gsm8k-main-${split}.parquet`))
    server.files.set(`${REPO}/main/${split}-00000-of-00001.parquet`, { content, large: true })
  }
  const entry = (split: string) => ({ task: 'GSM8K', subset: 'main', split })
  const mixture = { train: [entry('train')], val: [entry('test')] }
  const loaded = {
    config: parseConfig({ mixture }, 'test'),
    path: join(folder, 'config.json'),
    dir: folder,
    baseDir: folder,
  }
  const said: string[] = []
  const io = {
    stdout: () => undefined,
    write: () => undefined,
    stderr: (line: string) => void said.push(line),
    signal: new AbortController().signal,
  }

  vi.stubEnv('HF_HUB_OFFLINE', '1')
  expect((await failureOf(() => downloadMissing(loaded, io))).code).toBe('hub.offline')
  vi.stubEnv('HF_HUB_OFFLINE', '')
  await downloadMissing(loaded, io)
  expect(said[0]).toMatch(new RegExp(`^downloading ${REPO}, main train to /.*hub$`))
  expect(said.at(-1)).toMatch(/^downloading .*: 0\.0 MB of 0\.0 MB$/)
  const dataset = { repo: REPO, folder: 'main', split: 'test' }
  expect(await findSplit(dataset, await hubSettings())).toHaveLength(1)

  const requests = server.requests.length
  await downloadMissing(loaded, io)
  const train = await openConversations(loaded, 'train', io)
  expect(train.length).toBe(120)
  expect(server.requests).toHaveLength(requests)
  await train.close()
})

it('keeps decoded rows and rendered ids where the app does, which then makes neither again', () => {
  vi.stubEnv('MIDBENCH_CACHE', '/big/disk')
  onTestFinished(() => void vi.unstubAllEnvs())
  const loaded = {
    config: parseConfig(
      { mixture: { train: [{ task: 'SimpleSpelling', split: 'train' }], val: [] } },
      'test',
    ),
    path: '/a/c.json',
    dir: '/a',
    baseDir: '/base',
  }
  expect(locationsOf(loaded)).toEqual({
    baseDir: '/base',
    configDir: '/a',
    taskDataFirst: false,
    cacheDir: dataCacheDir(),
  })
})

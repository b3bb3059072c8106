/** The window's way to the data, over the real data thread. */
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

import { DataAccess } from '../../../../src-main/services/data-access'
import { projectDir } from '../../../../src-main/native/paths'
import { loadConfig } from '../../../../src-main/config/config'
import { failureOf } from '../../../support/failure'
import { keptFolder } from '../../../support/temporary-folder'

const { config, dir } = await loadConfig(join(projectDir(), 'resources', 'starter', 'preset.json'))
const access = new DataAccess({ cacheDir: keptFolder(), defaultBaseDir: () => null })
afterAll(() => access.close())

describe('DataAccess', () => {
  it('opens a mixture once for all who ask', async () => {
    const [one, other] = await Promise.all([access.of(config, dir), access.of(config, dir)])
    expect(one).toBe(other)
    expect(await access.of({ ...config, matrix_lr: 0.5 }, dir)).toBe(one)
    expect(await access.of({ ...config, buffer_size: 7 }, dir)).not.toBe(one)
  })

  it('opens it for the others where the first to ask cancels', async () => {
    const words = { task: 'SpellingBee' as const, split: 'train' as const, word_list: 'words.txt' }
    const another = { ...config, mixture: { train: [{ ...words, size: 30_000 }], val: [] } }
    const controller = new AbortController()
    const first = failureOf(() => access.of(another, dir, { signal: controller.signal }))
    const second = access.of(another, dir)
    const third = access.of(another, dir, { signal: new AbortController().signal })
    controller.abort()
    expect((await first).code).toBe('cancelled')
    expect((await second).data.trainConversations).toBeGreaterThan(0)
    expect(await third).toBe(await second)
  })

  it('tries anew what could not be opened', async () => {
    const missing = { ...config, base_dir: '/nowhere' }
    const failed = await failureOf(() => access.of(missing, dir))
    expect(failed.message).toContain('/nowhere')
    expect(await failureOf(() => access.of(missing, dir))).toEqual(failed)
  })

  it('remembers what became of an opening, for the preflight, and opens nothing for that', async () => {
    const broken = {
      ...config,
      mixture: { train: [{ task: 'CustomJSON' as const, filepath: 'none.jsonl' }], val: [] },
    }
    expect(access.lastOutcome(broken, dir)).toBeNull()
    await failureOf(() => access.of(broken, dir))
    expect(access.lastOutcome(broken, dir)).toMatchObject({ issues: [{ path: 'mixture.train.0.filepath' }] })
    const { data } = await access.of(config, dir)
    const counts = { train: data.trainConversations, val: data.valConversations }
    expect(access.lastOutcome(config, dir)).toMatchObject({ ...counts, leftOut: [] })
  })
})

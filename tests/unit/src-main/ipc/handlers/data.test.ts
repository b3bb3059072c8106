/** The mixture.* calls on the starter project, over the real data thread. */
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

import { DataAccess } from '../../../../../src-main/app/data-access'
import { Jobs } from '../../../../../src-main/app/jobs'
import { mixtureHandlers } from '../../../../../src-main/ipc/handlers/mixture'
import { projectDir } from '../../../../../src-main/native/paths'
import { loadConfig } from '../../../../../src-main/runs/config'
import type { RunConfig } from '../../../../../src-main/runs/config.schema'
import { keptFolder } from '../../../../support/temporary-folder'

const { config, dir } = await loadConfig(join(projectDir(), 'resources', 'starter', 'preset.json'))
const access = new DataAccess({ cacheDir: keptFolder(), defaultBaseDir: () => null })
const progress: string[] = []
const jobs = new Jobs(({ job, label }) => progress.push(`${job}: ${label}`))
const mixture = mixtureHandlers(access, jobs)
const at = { config, dir }
afterAll(() => access.close())

describe('mixture.describe', () => {
  it('counts the rows of every task, repeats apart', async () => {
    const { train, val } = await mixture['mixture.describe'](at)
    expect(train.tasks[0]).toMatchObject({ index: 0, entry: 0, name: 'CustomJSON', rows: 357 })
    expect(train.tasks).toHaveLength(
      config.mixture.train.reduce((sum, entry) => sum + (entry.repeat ?? 1), 0),
    )
    expect(train.rows).toBe(train.tasks.reduce((sum, task) => sum + task.rows, 0))
    expect(val.tasks.map((task) => task.rows)).toEqual([50, 200, 160])
  })

  it('names an entry whose file is missing, and goes on with the next config', async () => {
    const missing: RunConfig = {
      ...config,
      mixture: { ...config.mixture, train: [{ task: 'CustomJSON', filepath: 'nowhere.jsonl' }] },
    }
    await expect(mixture['mixture.describe']({ config: missing, dir })).rejects.toThrow(/nowhere\.jsonl/)
    expect((await mixture['mixture.describe'](at)).val.rows).toBe(410)
  })
})

describe('mixture.probe', () => {
  it('answers for an entry by itself, also beside a broken one', async () => {
    const broken: RunConfig = {
      ...config,
      mixture: { train: [{ task: 'CustomJSON', filepath: 'no' }], val: [] },
    }
    const entry = { task: 'CustomJSON' as const, filepath: 'conversations-val.jsonl' }
    const probed = await mixture['mixture.probe']({ config: broken, dir, entry })
    expect(probed).toMatchObject({ rows: 50 })
    await expect(
      mixture['mixture.probe']({ ...at, entry: { ...entry, filepath: 'nowhere.jsonl' } }),
    ).rejects.toThrow(/nowhere\.jsonl/)
  })
})

describe('mixture.conversation', () => {
  it('shows one of the shuffled mixture as text, ids, mask and pieces', async () => {
    const shown = await mixture['mixture.conversation']({ ...at, split: 'train', at: { index: 5 } })
    expect(shown.index).toBe(5)
    expect(shown.ids).toBeInstanceOf(Int32Array)
    expect([shown.mask.length, shown.pieces.length, shown.message.length]).toEqual(
      Array.from({ length: 3 }, () => shown.ids.length),
    )
    expect(shown.pieces[0]).toBe('<|bos|>')
    const { task, row } = shown
    const same = await mixture['mixture.conversation']({ ...at, split: 'train', at: { task, row } })
    expect({ ...same, index: 5 }).toEqual(shown)
  })
})

describe('mixture.lengths', () => {
  it('counts tokens by task as a job with progress', async () => {
    const lengths = await mixture['mixture.lengths']({ ...at, split: 'val', job: 'count' })
    expect(lengths.map((task) => task.conversations)).toEqual([50, 200, 160])
    for (const { bins, conversations } of lengths) expect(bins.reduce((a, b) => a + b)).toBe(conversations)
    expect(progress.every((line) => line.startsWith('count: '))).toBe(true)
  })

  it('can be cancelled', async () => {
    const other = { ...config, mixture: { ...config.mixture, train: [{ ...spelling, size: 30_000 }] } }
    const counting = mixture['mixture.lengths']({ config: other, dir, split: 'train', job: 'slow' })
    setTimeout(() => {
      jobs.cancel('slow')
    }, 50)
    await expect(counting).rejects.toThrow(/cancelled/)
  })
})

const spelling = { task: 'SpellingBee' as const, split: 'train' as const, word_list: 'words.txt' }

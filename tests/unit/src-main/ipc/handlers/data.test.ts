/** The mixture.* calls on the starter project, over the real data thread. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'

import { DataAccess } from '../../../../../src-main/services/data-access'
import { Jobs } from '../../../../../src-main/services/jobs'
import { GrantedPaths } from '../../../../../src-main/services/granted-paths'
import { mixtureHandlers } from '../../../../../src-main/ipc/handlers/mixture'
import { projectDir } from '../../../../../src-main/native/paths'
import { loadConfig } from '../../../../../src-main/config/config'
import type { RunConfig } from '../../../../../src-main/config/config.schema'
import { checked } from '../../../../support/checked-handlers'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { keptFolder } from '../../../../support/temporary-folder'

const { config, dir } = await loadConfig(join(projectDir(), 'resources', 'starter', 'preset.json'))
const folder = keptFolder()
const access = new DataAccess({ cacheDir: join(folder, 'cache'), defaultBaseDir: () => null })
/** What the next dialog is answered with. */
const dialogs = {
  path: null as string | null,
  openMixture: () => Promise.resolve(dialogs.path),
  saveMixture: () => Promise.resolve(dialogs.path),
}
const progress: string[] = []
const jobs = new Jobs(({ job, what }) => progress.push(`${job}: ${what}`))
const granted = new GrantedPaths()
const mixture = checked(mixtureHandlers(access, jobs, dialogs, granted))
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

describe('mixture.search', () => {
  it('finds the rows that hold a text, in any case, as a job', async () => {
    const search = { ...at, split: 'val' as const, task: 1, job: 'find' }
    const rows = await mixture['mixture.search']({ ...search, text: 'SPELL the word' })
    expect(rows).toEqual(Int32Array.from({ length: 200 }, (_, row) => row))
    expect(await mixture['mixture.search']({ ...search, text: 'no such text' })).toEqual(new Int32Array())
    const { conversation } = await mixture['mixture.conversation']({
      ...{ ...at, split: 'val' as const },
      at: { task: 1, row: 7 },
    })
    const text = conversation.messages[1]?.content
    expect(text).toBeTypeOf('string')
    const exact = await mixture['mixture.search']({ ...search, text: typeof text === 'string' ? text : '' })
    expect(Array.from(exact)).toContain(7)
  })
})

describe('mixture.checkFile', () => {
  it('lists every fault by line', async () => {
    const path = join(folder, 'faulty.jsonl')
    writeFileSync(path, `[]\n[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]\nx\n`)
    granted.grant(path)
    const check = await mixture['mixture.checkFile']({ path, job: 'check' })
    expect(check).toMatchObject({ conversations: 1, faultCount: 2 })
    expect(check.faults.map((fault) => fault.path)).toEqual(['line 1', 'line 3'])
    granted.grant('/nowhere.jsonl')
    await expect(mixture['mixture.checkFile']({ path: '/nowhere.jsonl', job: 'check' })).rejects.toThrow(
      /nowhere/,
    )
  })

  it('reads nothing that a person has not chosen', async () => {
    const failure = await failureOf(() => mixture['mixture.checkFile']({ path: '/etc/passwd', job: 'check' }))
    expect(failure).toMatchObject({ code: 'file.not-granted' })
    expect(JSON.stringify(failure)).not.toContain('root:')
  })
})

describe('mixture.look', () => {
  const source = goldenPath('formats/sharegpt.jsonl')
  const entry = { task: 'Conversations' as const, source }

  it('tells files, format, columns and the first rows, and counts when asked to', async () => {
    granted.grant(source)
    const first = await mixture['mixture.look']({ ...at, entry, counts: false, job: 'look' })
    expect(first).toMatchObject({
      files: [{ path: source, kind: 'JSON lines' }],
      format: 'ShareGPT',
      columns: [{ name: 'conversations', part: 'messages' }],
      tally: null,
    })
    expect(first.samples[0]).toMatchObject({ place: 'line 1', fault: null })
    expect(first.samples[0]?.after?.messages[0]).toEqual({ role: 'user', content: 'What opens at seven?' })
    const whole = await mixture['mixture.look']({ ...at, entry, counts: true, job: 'look' })
    expect(whole.tally).toEqual({ rows: 2, reasons: {}, faults: [] })
  })

  it('looks at nothing that a person has not chosen, and downloads nothing', async () => {
    const other = { task: 'Conversations' as const, source: '/etc/passwd' }
    const look = { ...at, counts: false, job: 'look' }
    expect(await failureOf(() => mixture['mixture.look']({ ...look, entry: other }))).toMatchObject({
      code: 'file.not-granted',
    })
    const hub = { task: 'Conversations' as const, source: 'no-such-owner/no-such-set' }
    expect(await failureOf(() => mixture['mixture.look']({ ...look, entry: hub }))).toMatchObject({
      code: 'data.missing',
    })
  })
})

describe('mixture.folder', () => {
  it('tells what named it and what it holds', async () => {
    expect(await mixture['mixture.folder'](at)).toEqual({
      ...{ path: dir, origin: 'config', exists: true, tokenizer: true, recipe: 'd4' },
      bases: [],
    })
    const golden = await mixture['mixture.folder']({
      config: { ...config, base_dir: goldenPath('nanochat_base') },
      dir,
    })
    expect(golden).toMatchObject({ tokenizer: true, recipe: null, bases: ['d3'] })
    vi.stubEnv('NANOCHAT_BASE_DIR', join(folder, 'none'))
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await mixture['mixture.folder']({ config: { ...config, base_dir: null }, dir })).toMatchObject({
      ...{ path: join(folder, 'none'), origin: 'environment', exists: false, tokenizer: false },
    })
  })
})

describe('mixture.export and mixture.import', () => {
  const reference: RunConfig = {
    ...config,
    base_dir: folder,
    mixture: {
      train: [
        { task: 'MMLU', subset: 'auxiliary_train', split: 'train' },
        { task: 'CustomJSON', filepath: join(folder, 'identity_conversations.jsonl'), repeat: 2 },
      ],
      val: [{ task: 'GSM8K', subset: 'main', split: 'test', stop: 420 }],
    },
  }

  it.each(['json', 'python'] as const)('take a mixture as %s there and back', async (format) => {
    dialogs.path = join(folder, 'mix')
    const written = await mixture['mixture.export']({ config: reference, dir, format })
    const path = join(folder, format === 'json' ? 'mix.json' : 'mix.py')
    expect(written).toEqual({ path })
    dialogs.path = path
    const { train, val } = reference.mixture
    expect(await mixture['mixture.import']({ config: reference, dir })).toEqual({ path, train, val })
  })

  it('keep everything in JSON, with absolute paths, and refuse in Python what it has no words for', async () => {
    dialogs.path = join(folder, 'starter.json')
    await mixture['mixture.export']({ ...at, format: 'json' })
    const back = await mixture['mixture.import'](at)
    expect(back?.train).toHaveLength(config.mixture.train.length)
    expect(back?.train?.[0]).toMatchObject({ filepath: join(dir, 'conversations.jsonl') })
    await expect(mixture['mixture.export']({ ...at, format: 'python' })).rejects.toMatchObject({
      code: 'mixture.no-python',
    })
  })

  it('keep what is excluded in JSON, also out of a whole config, and refuse it in Python', async () => {
    const exclude: RunConfig['exclude'] = [[1, 0], [0, 7]] // prettier-ignore
    const excluding = { ...reference, exclude }
    dialogs.path = join(folder, 'excluding')
    await mixture['mixture.export']({ config: excluding, dir, format: 'json' })
    dialogs.path = join(folder, 'excluding.json')
    const { train, val } = reference.mixture
    const back = { path: dialogs.path, train, val, exclude }
    expect(await mixture['mixture.import'](at)).toEqual(back)
    writeFileSync(dialogs.path, JSON.stringify(excluding))
    expect(await mixture['mixture.import'](at)).toEqual(back)
    const failure = await failureOf(() =>
      mixture['mixture.export']({ config: excluding, dir, format: 'python' }),
    )
    expect(failure).toMatchObject({ code: 'mixture.no-python', issues: [{ path: 'exclude' }] })
    expect(failure.message).toContain('2 conversations')
  })

  it('take over the lists that there are, and nothing of a file with a fault', async () => {
    dialogs.path = join(folder, 'val.py')
    writeFileSync(dialogs.path, 'val_dataset = TaskMixture([\n  SmolTalk("test"),\n])\n')
    expect(await mixture['mixture.import'](at)).toEqual({
      path: dialogs.path,
      val: [{ task: 'SmolTalk', split: 'test' }],
    })
    dialogs.path = join(folder, 'wrong.json')
    for (const [text, code] of [
      ['{', 'config.not-json'],
      ['3', 'config.invalid'],
      ['{"train":[{"task":"SmolTalk","split":"dev"}]}', 'config.invalid'],
    ] as const) {
      writeFileSync(dialogs.path, text)
      await expect(mixture['mixture.import'](at)).rejects.toMatchObject({ code })
    }
    dialogs.path = join(folder, 'gone.json')
    await expect(mixture['mixture.import'](at)).rejects.toMatchObject({ code: 'mixture.unreadable' })
  })

  it('do nothing when the dialog is cancelled', async () => {
    dialogs.path = null
    expect(await mixture['mixture.import'](at)).toBeNull()
    expect(await mixture['mixture.export']({ ...at, format: 'json' })).toBeNull()
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
    progress.length = 0
    const lengths = await mixture['mixture.lengths']({ ...at, split: 'val', job: 'count' })
    expect(lengths.map((task) => task.conversations)).toEqual([50, 200, 160])
    for (const { bins, conversations } of lengths) expect(bins.reduce((a, b) => a + b)).toBe(conversations)
    expect(progress.every((line) => line.startsWith('count: '))).toBe(true)
  })

  it('can be cancelled', async () => {
    const other = { ...config, mixture: { ...config.mixture, train: [{ ...spelling, size: 30_000 }] } }
    const counting = mixture['mixture.lengths']({ config: other, dir, split: 'train', job: 'slow' })
    jobs.cancel('slow') // at once: a timer could come too late on a busy machine
    await expect(counting).rejects.toThrow(/cancelled/)
  })
})

const spelling = { task: 'SpellingBee' as const, split: 'train' as const, word_list: 'words.txt' }

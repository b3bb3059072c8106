import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openMixture, type Mixture } from '../../../../../src-main/data/mixture'
import { mixtureEntry } from '../../../../../src-main/data/mixture.schema'
import type { Progress } from '../../../../../src-main/progress.schema'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { temporaryFolder } from '../../../../support/temporary-folder'

const FIRST = { role: 'user', content: 'What opens at seven?' }
const good = (text: string): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: text },
      { role: 'assistant', content: 'b' },
    ],
  })
const tool = JSON.stringify({ messages: [{ role: 'tool', content: 'x' }] })
const twoUsers = JSON.stringify({
  messages: [
    { role: 'user', content: 'a' },
    { role: 'user', content: 'a' },
  ],
})

async function open(
  folder: string,
  entry: object,
  onProgress?: (progress: Progress) => void,
): Promise<Mixture> {
  const locations = { baseDir: folder, configDir: folder, cacheDir: join(folder, '.cache') }
  const options = onProgress === undefined ? {} : { onProgress }
  const mixture = await openMixture(
    [mixtureEntry.parse({ task: 'Conversations', ...entry })],
    locations,
    options,
  )
  onTestFinished(() => mixture.close())
  return mixture
}

/** The first message of each conversation, in the task's order. */
async function questions(mixture: Mixture): Promise<unknown[]> {
  const all = Array.from({ length: mixture.length }, (_, row) => mixture.taskConversation(0, row))
  return (await Promise.all(all)).map(({ messages }) => messages[0]?.content)
}

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

describe('the formats that people bring', () => {
  it.each([
    ['openai.jsonl', 2],
    ['openai-system.jsonl', 1],
    ['sharegpt.jsonl', 2],
    ['system.jsonl', 1],
    ['parts.jsonl', 1],
    ['array-oneline.json', 2],
    ['jsonl.gz', 2],
    ['jsonl.zst', 2],
    ['nan.jsonl', 1],
  ])('%s has %i conversations', async (name, count) => {
    const mixture = await open(temporaryFolder(), { source: goldenPath(`formats/${name}`) })
    expect(mixture.length).toBe(count)
    if (count === 2) expect((await mixture.taskConversation(0, 0)).messages[0]).toEqual(FIRST)
  })

  it('keeps a system message and a calculator’s parts', async () => {
    const system = await open(temporaryFolder(), { source: goldenPath('formats/openai-system.jsonl') })
    expect((await system.taskConversation(0, 0)).messages[0]).toEqual({
      role: 'system',
      content: 'Be brief.',
    })
    const parts = await open(temporaryFolder(), { source: goldenPath('formats/parts.jsonl') })
    const [, answer] = (await parts.taskConversation(0, 0)).messages
    expect(answer?.content).toHaveLength(4)
  })

  it('counts calls of tools under that reason', async () => {
    const failure = await failureOf(() =>
      open(temporaryFolder(), { source: goldenPath('formats/tool.jsonl') }),
    )
    expect(failure.message).toContain('1 with calls of tools')
    expect(failure.message).toContain('line 1, message 2')
  })

  it('reads parquet by its columns, in the file’s order', async () => {
    const source = goldenPath('datasets/smol-smoltalk-test.parquet')
    const mixture = await open(temporaryFolder(), { source })
    expect(mixture.length).toBeGreaterThan(10)
    const columns = { instruction: 'question', output: 'answer' }
    const gsm = { source: goldenPath('datasets/gsm8k-main-train.parquet'), format: 'alpaca', columns }
    expect((await open(temporaryFolder(), gsm)).length).toBeGreaterThan(10)
    const failure = await failureOf(() => open(temporaryFolder(), { source: gsm.source }))
    expect(failure.code).toBe('data.format')
    expect(failure.message).toContain('its columns are question, answer')
  })
})

it('refuses a column that a file does not have, with those that it has', async () => {
  const folder = folderWith({ 'a.jsonl': good('a') })
  const entry = { source: 'a.jsonl', columns: { system: 'prompt' } }
  const failure = await failureOf(() => open(folder, entry))
  expect(failure.code).toBe('data.format')
  expect(failure.message).toContain('there is no column prompt; its columns are messages')
  const gsm = { source: goldenPath('datasets/gsm8k-main-train.parquet'), format: 'alpaca' }
  const columns = { instruction: 'question', output: 'answer', input: 'context' }
  const other = await failureOf(() => open(folder, { ...gsm, columns }))
  expect(other.message).toContain('there is no column context; its columns are question, answer')
})

describe('rows that cannot be converted', () => {
  const content = [good('a'), tool, twoUsers, 'no JSON', good('b'), tool].join('\n')

  it('are refused by default, counted by reason, the first ones named', async () => {
    const failure = await failureOf(() => open(folderWith({ 'a.jsonl': content }), { source: 'a.jsonl' }))
    expect(failure.code).toBe('data.row')
    expect(failure.message).toContain(
      '4 of its 6 rows cannot be converted (2 with calls of tools, 1 whose roles do not take turns, 1 that are not JSON)',
    )
    expect(failure.issues?.map(({ message }) => /line \d/.exec(message)?.[0])).toEqual([
      'line 2',
      'line 3',
      'line 4',
      'line 6',
    ])
    expect(failure.remedy).toContain('on_bad')
  })

  it('are left out and counted where the entry says so, also when it is opened again', async () => {
    const folder = folderWith({ 'a.jsonl': content })
    for (const state of ['new', 'stored', 'count deleted']) {
      if (state === 'count deleted') rmSync(join(folder, '.cache', 'rows-skipped'), { recursive: true })
      const mixture = await open(folder, { source: 'a.jsonl', on_bad: 'skip' })
      expect(await questions(mixture), state).toEqual(['a', 'b'])
      expect(mixture.tasks[0]?.skipped, state).toMatchObject({
        rows: 6,
        reasons: { 'tool-calls': 2, turns: 1, 'not-json': 1 },
      })
    }
  })

  it('are not reported where there is none', async () => {
    const mixture = await open(folderWith({ 'a.jsonl': good('a') }), { source: 'a.jsonl', on_bad: 'skip' })
    expect(mixture.tasks[0]).not.toHaveProperty('skipped')
  })

  it('refuse the whole where nothing would be left', async () => {
    const folder = folderWith({ 'a.jsonl': `${tool}\n${tool}` })
    const failure = await failureOf(() => open(folder, { source: 'a.jsonl', on_bad: 'skip' }))
    expect(failure.message).toContain('none of its 2 rows can be converted')
  })

  it('name another format that a file goes over to', async () => {
    const share = readFileSync(goldenPath('formats/sharegpt.jsonl'), 'utf8')
    const folder = folderWith({ 'a.jsonl': `${good('a')}\n${share}` })
    const failure = await failureOf(() => open(folder, { source: 'a.jsonl' }))
    expect(failure.message).toContain('2 in another format')
    expect(failure.message).toContain('line 2: it looks like ShareGPT')
  })
})

describe('a source', () => {
  it('is a list of files, a pattern or a folder, each in natural order', async () => {
    const folder = folderWith({
      'x/part-10.jsonl': good('10'),
      'x/part-2.jsonl': good('2'),
      'x/deeper/part-1.jsonl.gz': gzipSync(good('1')),
      'x/README.md': 'no data',
      'x/dataset_infos.json': '{}',
    })
    expect(await questions(await open(folder, { source: ['x/part-10.jsonl', 'x/part-2.jsonl'] }))).toEqual([
      '10',
      '2',
    ])
    expect(await questions(await open(folder, { source: 'x/*.jsonl' }))).toEqual(['2', '10'])
    expect(await questions(await open(folder, { source: 'x' }))).toEqual(['1', '2', '10'])
  })

  it('may be a folder with one slash in its name, which looks like a data set’s', async () => {
    const folder = folderWith({ 'data/chats/a.jsonl': good('a') })
    expect(await questions(await open(folder, { source: 'data/chats' }))).toEqual(['a'])
  })

  it.each([
    ['no.jsonl', 'data.missing', 'there is no such file'],
    ['no-*.jsonl', 'data.missing', 'no file matches'],
    ['empty', 'data.missing', 'was searched'],
    ['lfs.jsonl', 'file.lfs-pointer', 'Git LFS pointer'],
    ['nothing.jsonl', 'file.empty', 'is empty'],
    ['blank.jsonl', 'data.empty', 'there are no rows'],
    ['text.txt', 'data.format', 'none of its first rows is JSON'],
  ])('%s is refused with %s', async (source, code, words) => {
    const folder = folderWith({
      'empty/README.md': '',
      'lfs.jsonl': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
      'nothing.jsonl': '',
      'blank.jsonl': '\n\n',
      'text.txt': 'Once upon a time\n',
    })
    const failure = await failureOf(() => open(folder, { source }))
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)])
    expect(failure.issues?.[0]?.path).toBe('mixture.0.source')
  })

  it('must not mix formats, and its format must be the one named: each is said once', async () => {
    const folder = folderWith({ 'a.jsonl': good('a') })
    copyFileSync(goldenPath('formats/sharegpt.jsonl'), join(folder, 'b.jsonl'))
    const mixed = await failureOf(() => open(folder, { source: ['a.jsonl', 'b.jsonl'] }))
    expect(mixed.message).toMatch(/a\.jsonl is OpenAI messages, .*b\.jsonl is ShareGPT/)
    const wrong = await failureOf(() => open(folder, { source: 'b.jsonl', format: 'alpaca' }))
    expect([wrong.code, wrong.issues?.length]).toEqual(['data.format', 1])
    expect(wrong.message).toContain('this looks like ShareGPT')
  })

  it('has another identity when its content, format or what is skipped changes', async () => {
    const folder = folderWith({ 'a.jsonl': `${good('a')}\n` })
    const identity = async (entry: object): Promise<string | undefined> =>
      (await open(folder, { source: 'a.jsonl', ...entry })).datasets[0]?.identity
    const before = await identity({})
    expect(await identity({ format: 'messages' })).toBe(before)
    expect(await identity({ on_bad: 'skip' })).not.toBe(before)
    appendFileSync(join(folder, 'a.jsonl'), good('b'))
    expect(await identity({})).not.toBe(before)
  })

  it('reports how far it has read', async () => {
    const seen: Progress[] = []
    await open(folderWith({ 'a.jsonl': good('a') }), { source: 'a.jsonl' }, (progress) => seen.push(progress))
    expect(seen.at(-1)).toMatchObject({ unit: 'bytes', done: good('a').length, total: good('a').length })
  })

  it('reports how far it is while it recognises files, of which many or long ones take time', async () => {
    const seen: Progress[] = []
    const folder = folderWith({ 'a.jsonl': good('a'), 'b.json': `[${good('b'.repeat(5 << 20))}]` })
    await open(folder, { source: ['a.jsonl', 'b.json'] }, (progress) => seen.push(progress))
    expect(seen).toContainEqual({ what: 'recognising files', unit: 'files', done: 1, total: 2 })
    const bytes = seen.find(({ what }) => what === `recognising ${join(folder, 'b.json')}`)
    expect(bytes).toMatchObject({ unit: 'bytes', total: null })
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openMixture } from '../../../../../src-main/data/mixture'
import { checkJsonLines } from '../../../../../src-main/data/sources/lines'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { temporaryFolder } from '../../../../support/temporary-folder'

const USER = '{"role":"user","content":"a"}'
const BOT = '{"role":"assistant","content":"b"}'
const GOOD = `[${USER},${BOT}]`

function written(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'mine.jsonl')
  writeFileSync(path, content)
  return path
}

async function contents(content: string): Promise<unknown[]> {
  const folder = temporaryFolder()
  const locations = { baseDir: folder, configDir: folder, cacheDir: folder }
  const mixture = await openMixture([{ task: 'CustomJSON', filepath: written(content) }], locations)
  const rows = Array.from({ length: mixture.length }, (_, row) => mixture.taskConversation(0, row))
  const read = await Promise.all(rows)
  await mixture.close()
  return read.map((one) => one.messages)
}

async function refusal(content: string | Uint8Array) {
  const folder = temporaryFolder()
  const locations = { baseDir: folder, configDir: folder, cacheDir: folder }
  return failureOf(() => openMixture([{ task: 'CustomJSON', filepath: written(content) }], locations))
}

describe('CustomJSON', () => {
  it('reads a conversation a line, in order, skipping blank lines', async () => {
    const other = GOOD.replace('"b"', '"c"')
    expect(await contents(`\n ${GOOD}\t\r\n\u00a0\n${other}`)).toEqual([JSON.parse(GOOD), JSON.parse(other)])
  })

  it('takes further keys of a message and leaves them out', async () => {
    expect(await contents(GOOD.replace('"content":"a"', '"id":7,"content":"a"'))).toEqual([JSON.parse(GOOD)])
  })

  it('takes NaN where Python’s json does, and a byte order mark before the first line', async () => {
    const line = GOOD.replace('"content":"a"', '"score":NaN,"content":"a NaN"')
    expect(await contents(`\ufeff${line}`)).toEqual([JSON.parse(GOOD.replace('"a"', '"a NaN"'))])
  })

  it('keeps lone surrogates and line separators', async () => {
    const line = GOOD.replace('"a"', '"\\ud800\u2028\u0085"')
    expect(await contents(line)).toEqual([JSON.parse(line)])
  })

  it.each([
    [
      '{"role":"user"}',
      ': it is an object; a line must be a list of messages: [{"role": "user", "content": "…"}, …]',
    ],
    ['7', ': it is 7; a line must be a list of messages'],
    ['null', ': it is null; a line must be a list of messages'],
    ['[]', ': it has no messages; a conversation has at least two'],
    [
      `[${USER}]`,
      ': it has only one message; a conversation has at least two, one of user and one of assistant',
    ],
    [`[${USER},"b"]`, ', message 2: it is "b"; it must be an object with role and content'],
    [`[${USER},["b"]]`, ', message 2: it is a list; it must be an object with role and content'],
    [
      `[${USER},${USER}]`,
      ', message 2: the role is "user"; it must be assistant, since user and assistant take turns',
    ],
    [`[${BOT},${USER}]`, ', message 1: the role is "assistant"; it must be user'],
    [`[${USER},${BOT},${BOT}]`, ', message 3: the role is "assistant"; it must be user'],
    [
      `[{"role":"bot","content":"a"},${BOT}]`,
      ', message 1: the role is "bot"; it must be user or assistant, taking turns',
    ],
    [
      `[{"role":"system","content":"a"},${USER}]`,
      ', message 1: the role is "system"; it must be user or assistant',
    ],
    [
      `[{"role":["user"],"content":"a"},${BOT}]`,
      ', message 1: the role is a list; it must be user or assistant',
    ],
    [`[{"role":"${'x'.repeat(41)}","content":"a"},${BOT}]`, `the role is "${'x'.repeat(40)}…"; it must be`],
    [`[{"content":"a"},${BOT}]`, ', message 1: the role is missing; it must be user or assistant'],
    [`[${USER},{"role":"assistant"}]`, ', message 2: the content is missing; it must be a text'],
    [`[${USER},{"role":"assistant","content":null}]`, ', message 2: the content is null; it must be a text'],
    [`[{"role":"user","content":["a"]},${BOT}]`, ', message 1: the content is a list; it must be a text'],
    [
      `[${USER},{"role":"assistant","content":{"type":"python","text":"1"}}]`,
      ', message 2: the content is an object; it must be a text',
    ],
    ['{not json', ': it is not JSON; a line must be a list of messages'],
    [`\ufeff${GOOD}`, ': it is not JSON: it begins with a byte order mark, which may stand before the first'],
  ])('refuses the line %j', async (line, reason) => {
    const failure = await refusal(`${GOOD}\n\n${line}\n${GOOD}\n`)
    expect(failure.code).toBe('data.row')
    expect(failure.message).toContain('mine.jsonl, line 3')
    expect(failure.message).toContain(reason)
  })

  it('lists every fault', async () => {
    const failure = await refusal(['x', GOOD, 'y', 'z'].join('\n'))
    expect(failure.message).toContain('line 1')
    expect(failure.message).toContain('2 more faults')
    expect(failure.issues?.map((issue) => /line \d/.exec(issue.message)?.[0])).toEqual([
      'line 1',
      'line 3',
      'line 4',
    ])
  })

  it('refuses an empty file, one of blank lines, and bytes that are not UTF-8', async () => {
    expect((await refusal('')).code).toBe('data.empty')
    expect((await refusal('\n \n')).code).toBe('data.empty')
    const failure = await refusal(Buffer.concat([Buffer.from(`${GOOD}\n`), Buffer.from([0xff, 0x0a])]))
    expect(failure.code).toBe('data.not-utf8')
    expect(failure.message).toContain('line 2')
  })
})

describe('a file that the task Conversations reads', () => {
  const open = (path: string) => {
    const folder = temporaryFolder()
    const locations = { baseDir: folder, configDir: folder, cacheDir: folder }
    return failureOf(() => openMixture([{ task: 'CustomJSON', filepath: path }], locations))
  }

  it.each([
    'openai.jsonl',
    'sharegpt.jsonl',
    'system.jsonl',
    'parts.jsonl',
    'array-oneline.json',
    'jsonl.gz',
    'jsonl.zst',
  ])('%s is refused, and the refusal points there', async (name) => {
    const { remedy = '' } = await open(goldenPath(`formats/${name}`))
    expect(remedy.split('The task Conversations reads this file')).toHaveLength(2)
  })

  it('is not one with broken lines, nor one of texts', async () => {
    for (const content of [`${GOOD}\nx`, `[${USER},${USER}]`, '{"text": "a"}']) {
      expect((await open(written(content))).remedy).not.toContain('Conversations')
    }
  })
})

describe('checkJsonLines', () => {
  it('counts what is right and lists what is wrong by line', async () => {
    const check = await checkJsonLines(written([GOOD, '', 'x', GOOD, '[]', `[${USER},${USER}]`].join('\n')))
    expect([check.conversations, check.faultCount]).toEqual([2, 3])
    expect(check.faults.map((fault) => fault.path)).toEqual(['line 3', 'line 5', 'line 6, message 2'])
  })

  it('lists a hundred faults and counts the rest', async () => {
    const check = await checkJsonLines(written('x\n'.repeat(250)))
    expect([check.faults.length, check.faultCount]).toEqual([100, 250])
  })

  it('says when there is no file', async () => {
    expect((await failureOf(() => checkJsonLines('/no/such/file.jsonl'))).code).toBe('data.missing')
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openMixture } from '../../../../../src-main/data/mixture'
import { checkJsonLines } from '../../../../../src-main/data/tasks/custom-json'
import { failureOf } from '../../../../support/failure'
import { temporaryFolder } from '../../../../support/temporary-folder'

const GOOD = '[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]'

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

  it('keeps lone surrogates and line separators', async () => {
    const line = GOOD.replace('"a"', '"\\ud800\u2028\u0085"')
    expect(await contents(line)).toEqual([JSON.parse(line)])
  })

  it.each([
    ['{"role":"user"}', 'expected array'],
    ['[{"role":"user","content":"a"}]', 'at least two messages'],
    ['[{"role":"user","content":"a"},{"role":"user","content":"b"}]', 'message 1 has the role user'],
    ['[{"role":"system","content":"a"},{"role":"user","content":"b"}]', '0.role'],
    ['[{"role":"user","content":"a"},{"role":"assistant"}]', '1.content'],
    ['[{"role":"user","content":["a"]},{"role":"assistant","content":"b"}]', '0.content'],
    ['{not json', 'it is not JSON'],
    [`\ufeff${GOOD}`, 'it is not JSON'],
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

describe('checkJsonLines', () => {
  it('counts what is right and lists what is wrong by line', async () => {
    const check = await checkJsonLines(written([GOOD, '', 'x', GOOD, '[]'].join('\n')))
    expect([check.conversations, check.faultCount]).toEqual([2, 2])
    expect(check.faults.map((fault) => fault.path)).toEqual(['line 3', 'line 5'])
  })

  it('lists a hundred faults and counts the rest', async () => {
    const check = await checkJsonLines(written('x\n'.repeat(250)))
    expect([check.faults.length, check.faultCount]).toEqual([100, 250])
  })

  it('says when there is no file', async () => {
    expect((await failureOf(() => checkJsonLines('/no/such/file.jsonl'))).code).toBe('data.missing')
  })
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonItems } from '../../../../../src-main/data/files/json-items'
import { openRawRows, type RawRow } from '../../../../../src-main/data/files/raw-rows'
import { streamLines } from '../../../../../src-main/data/files/text-lines'
import { failureOf } from '../../../../support/failure'
import { goldenPath } from '../../../../support/golden'
import { temporaryFolder } from '../../../../support/temporary-folder'

const isRow = (element: unknown): boolean => typeof element === 'string'

async function rowsOf(content: string | Uint8Array): Promise<RawRow[]> {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, content)
  const raw = await openRawRows(path, isRow)
  const rows: RawRow[] = []
  for await (const row of raw.read([])) rows.push(row)
  expect(await raw.first(2)).toEqual(rows.slice(0, 2))
  return rows
}

async function* blocks(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}

async function itemsOf(content: string, size: number): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const { text } of jsonItems(blocks(Buffer.from(content), size), 'it'))
    items.push(JSON.parse(text))
  return items
}

describe('openRawRows', () => {
  it('reads lines as a text editor leaves them: byte order mark, CRLF, blank lines, NaN', async () => {
    expect(await rowsOf('\ufeff{"a": NaN}\r\n\r\n  \n{"a": 1}')).toEqual([
      { place: 'line 1', value: { a: null } },
      { place: 'line 4', value: { a: 1 } },
    ])
  })

  it('reads the items of one list, on one line or many', async () => {
    const items = [
      { place: 'item 1', value: { a: '],[' } },
      { place: 'item 2', value: [1] },
    ]
    expect(await rowsOf('[{"a": "],["}, [1]]')).toEqual(items)
    expect(await rowsOf('\ufeff\n[\n  {"a":\n "],["},\n  [1]\n]\n')).toEqual(items)
  })

  it('takes a list for a row where its first element says so', async () => {
    expect(await rowsOf('["a", "b"]\n["c"]')).toEqual([
      { place: 'line 1', value: ['a', 'b'] },
      { place: 'line 2', value: ['c'] },
    ])
  })

  it('says which line is no JSON, without quoting it', async () => {
    const [row] = await rowsOf('root:x:0:0\n')
    expect(row).toEqual({ place: 'line 1', fault: "it is not JSON (Unexpected token 'r')" })
  })

  it.each([
    ['gzip', gzipSync('{"a": 1}\n{"a": 2}\n')],
    ['two members of gzip', Buffer.concat([gzipSync('{"a": 1}\n{"a"'), gzipSync(': 2}\n')])],
  ])('decompresses %s, whatever the name', async (_, content) => {
    expect(await rowsOf(content)).toMatchObject([{ value: { a: 1 } }, { value: { a: 2 } }])
  })

  it('decompresses zstd, also in several frames', async () => {
    const frame = readFileSync(goldenPath('formats/jsonl.zst'))
    expect(await rowsOf(frame)).toHaveLength(2)
    expect(await rowsOf(Buffer.concat([frame, frame]))).toHaveLength(4)
  })

  it.each([
    ['gzip', gzipSync('{"a": 1}\n'.repeat(50))],
    ['zstd', readFileSync(goldenPath('formats/jsonl.zst'))],
  ])('names a file whose %s data was cut or damaged', async (name, content) => {
    const cut = await failureOf(() => rowsOf(content.subarray(0, content.length - 9)))
    expect(cut.code).toBe('data.unreadable')
    expect(cut.message).toContain(`its ${name} data ends too early`)
    const bad = Buffer.from(content)
    bad.fill(0xff, 8, 30)
    expect((await failureOf(() => rowsOf(bad))).message).toContain(`its ${name} data`)
  })

  it('refuses a list that was cut, one that something follows, and bytes that are not UTF-8', async () => {
    expect((await failureOf(() => rowsOf('[{"a": 1}, {"a": 2}'))).message).toContain('not closed')
    for (const more of ['\n[{"a": 2}]', ' garbage', ',', '"', '0', '\0']) {
      expect((await failureOf(() => rowsOf(`[{"a": 1}]${more}`))).message).toContain('something follows')
    }
    expect((await failureOf(() => rowsOf('[{"a": 1}, {"a": 2}}'))).message).toContain('ends with }')
    const bytes = Buffer.concat([Buffer.from('[{}, {"a": "'), Buffer.from([0xff]), Buffer.from('"}]')])
    const failure = await failureOf(() => rowsOf(bytes))
    expect([failure.code, failure.message]).toEqual(['data.not-utf8', expect.stringContaining('item 2')])
  })

  it('takes an empty item for a fault, but not an empty list', async () => {
    const first = { place: 'item 1', value: { a: 1 } }
    const empty = { place: 'item 2', fault: 'it is not JSON (Unexpected end of JSON input)' }
    expect(await rowsOf('[{"a": 1},,{"a": 2}]')).toEqual([first, empty, { place: 'item 3', value: { a: 2 } }])
    expect(await rowsOf('[{"a": 1} , ]')).toEqual([first, empty])
    expect(await itemsOf(' [ \n] \r\n\t', 2)).toEqual([])
  })

  it('reads the columns of parquet, and its first rows without the others', async () => {
    const raw = await openRawRows(goldenPath('datasets/gsm8k-main-train.parquet'), isRow)
    expect([raw.container, raw.columns]).toEqual(['parquet', ['question', 'answer']])
    const [first] = await raw.first(1)
    for await (const row of raw.read(['question'])) {
      expect(first).toMatchObject(row)
      break
    }
  })

  it('stops when it is told to', async () => {
    const path = join(temporaryFolder(), 'file')
    writeFileSync(path, '{}\n'.repeat(1000))
    const raw = await openRawRows(path, isRow)
    const stop = new AbortController()
    const read = async (): Promise<void> => {
      for await (const row of raw.read([], { signal: stop.signal })) if (row.place !== '') stop.abort()
    }
    await expect(read()).rejects.toThrow(/abort/)
  })

  it.each([
    ['of spaces', (text: string) => Buffer.from(text), 1 << 23],
    ['of few bytes that stand for many', gzipSync, 1 << 26],
    ['of one long item', (text: string) => Buffer.from(`["${text}`), 1 << 23],
  ])('stops in the beginning %s when it is told to', async (_, write, length) => {
    const path = join(temporaryFolder(), 'file')
    writeFileSync(path, write(' '.repeat(length)))
    const stop = new AbortController()
    const reason = new Error('enough')
    const onBytes = (): void => {
      stop.abort(reason)
    }
    await expect(openRawRows(path, isRow, { signal: stop.signal, onBytes })).rejects.toThrow(/enough|abort/)
    const raw = await openRawRows(path, isRow)
    await expect(raw.first(1, { signal: stop.signal })).rejects.toThrow(/enough|abort/)
  })
})

describe('jsonItems', () => {
  it('refuses an item, as lines do a line, that would fill the memory', async () => {
    const block = Buffer.alloc(1 << 20, 'a')
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from('["')
      for (;;) yield block
    }
    const read = async (rows: AsyncIterable<unknown>): Promise<void> => {
      for await (const row of rows) throw new Error(String(row))
    }
    expect((await failureOf(() => read(jsonItems(endless(), 'it')))).code).toBe('data.too-long')
    const failure = await failureOf(() => read(streamLines(endless(), 'it')))
    expect([failure.code, failure.message]).toEqual(['data.too-long', expect.stringContaining('256 MiB')])
  })

  it('cuts any list into its items, wherever its blocks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(0, 2),
        async (list, size, indent) => {
          const text = JSON.stringify(list, null, indent)
          expect(await itemsOf(text, size)).toEqual(JSON.parse(text))
        },
      ),
    )
  })
})

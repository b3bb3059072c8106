import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Conversation } from '../../../../src-main/data/conversation.schema'
import { openRowStore, type RowStore } from '../../../../src-main/data/row-store'
import { MidbenchError, type Failure } from '../../../../src-main/errors'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

const unheard = (notice: Failure): void => expect(notice).toBeUndefined()
const said = (content: string): Conversation => ({ messages: [{ role: 'user', content }] })

async function* each(texts: readonly string[]): AsyncGenerator<Conversation> {
  for (const text of texts) yield said(text)
}

describe('openRowStore', () => {
  it('gives back any conversations by row', async () => {
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))
    const texts = fc.array(fc.string({ unit }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(texts, async (rows) => {
        const store = await openRowStore(join(temporaryFolder(), 'store'), () => each(rows), unheard)
        expect(store.rows).toBe(rows.length)
        for (const row of [...rows.keys()].reverse()) expect(store.read(row)).toEqual(said(rows[row] ?? ''))
        expect(() => store.read(rows.length)).toThrow(RangeError)
        store.close()
      }),
      { numRuns: 30 },
    )
  })

  it('is filled once, also with more than one block of text', async () => {
    const dir = join(temporaryFolder(), 'store')
    const rows = Array.from({ length: 50 }, (_, i) => String(i).repeat(30_000))
    let fills = 0
    const fill = () => {
      fills++
      return each(rows)
    }
    for (let opening = 0; opening < 2; opening++) {
      const store = await openRowStore(dir, fill, unheard)
      expect(store.read(49)).toEqual(said(rows[49] ?? ''))
      store.close()
    }
    expect(fills).toBe(1)
  })

  const TEXTS = ['one', 'two', 'three']

  /** A store of three rows, damaged while it is open. */
  async function damagedStore(damage: (dir: string) => void, source = () => each(TEXTS)) {
    const dir = join(temporaryFolder(), 'store')
    const notices: Failure[] = []
    const open = (): Promise<RowStore> => openRowStore(dir, source, (notice) => void notices.push(notice))
    const store = await open()
    onTestFinished(() => store.close())
    damage(dir)
    return { dir, notices, open, store }
  }

  const flip = (path: string, at: number): void => {
    const bytes = readFileSync(path)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(path, bytes)
  }
  const lines = (dir: string): string => join(dir, 'conversations.jsonl')
  const index = (dir: string): string => join(dir, 'conversations.index')

  it.each([
    ['cut lines', (dir: string) => truncateSync(lines(dir), 10)],
    ['longer lines', (dir: string) => appendFileSync(lines(dir), 'x')],
    ['no lines', (dir: string) => rmSync(lines(dir))],
    ['a cut index', (dir: string) => truncateSync(index(dir), 8)],
    ['an empty index', (dir: string) => truncateSync(index(dir), 0)],
    ['a longer index', (dir: string) => appendFileSync(index(dir), 'x')],
    ['an offset that differs in a bit', (dir: string) => flip(index(dir), 17)],
    ['a checksum that differs in a bit', (dir: string) => flip(index(dir), 45)],
    ['no index', (dir: string) => rmSync(index(dir))],
  ])('is made again, which is said, when it is opened with %s', async (_, damage) => {
    const { dir, notices, open } = await damagedStore(damage)
    for (let opening = 0; opening < 2; opening++) {
      const store = await open()
      expect(TEXTS.map((_, row) => store.read(row))).toEqual(TEXTS.map(said))
      store.close()
    }
    expect(notices.map(({ code }) => code)).toEqual(['cache.damaged'])
    expect(notices[0]?.message).toContain(dir)
    expect(readdirSync(join(dir, '..'))).toEqual(['store'])
  })

  it('is made again while it is read, at any byte of any line, and the right rows come', async () => {
    const size = Buffer.byteLength(TEXTS.map((text) => `${JSON.stringify(said(text).messages)}\n`).join(''))
    for (let at = 0; at < size; at += 7) {
      const { notices, store, open } = await damagedStore((dir) => flip(lines(dir), at))
      const read = TEXTS.map((_, row) => store.read(row))
      expect(read.some((one) => one instanceof Promise)).toBe(true)
      for (const [row, one] of read.entries()) expect(await one).toEqual(said(TEXTS[row] ?? ''))
      expect(notices).toHaveLength(1)
      expect(store.read(1)).toEqual(said('two'))
      const again = await open()
      expect(again.read(2)).toEqual(said('three'))
      again.close()
      expect(notices).toHaveLength(1)
    }
  })

  it('is made again once when two have it open', async () => {
    let fills = 0
    const source = () => {
      fills++
      return each(TEXTS)
    }
    const { dir, open, store } = await damagedStore(() => undefined, source)
    const other = await open()
    flip(lines(dir), 30)
    expect(await Promise.all([store.read(0), other.read(0)])).toEqual([said('one'), said('one')])
    other.close()
    expect(fills).toBe(2)
  })

  it('says what its source says where it cannot be made again', async () => {
    let gone = false
    const source = async function* (): AsyncGenerator<Conversation> {
      if (gone) throw new MidbenchError({ code: 'data.changed', message: 'another file' })
      yield* each(TEXTS)
    }
    const { store } = await damagedStore((dir) => flip(lines(dir), 30), source)
    gone = true
    expect((await failureOf(async () => store.read(0))).code).toBe('data.changed')
  })
})

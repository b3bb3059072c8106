import { appendFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../src-main/data/conversation.schema'
import { openRowStore } from '../../../../src-main/data/row-store'
import { failureOf } from '../../../support/failure'
import { temporaryFolder } from '../../../support/temporary-folder'

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
        const store = await openRowStore(join(temporaryFolder(), 'store'), () => each(rows))
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
      const store = await openRowStore(dir, fill)
      expect(store.read(49)).toEqual(said(rows[49] ?? ''))
      store.close()
    }
    expect(fills).toBe(1)
  })

  it('says what is damaged and what to do', async () => {
    for (const damage of [
      (dir: string) => truncateSync(join(dir, 'conversations.jsonl'), 10),
      (dir: string) => appendFileSync(join(dir, 'conversations.jsonl'), 'x'),
      (dir: string) => truncateSync(join(dir, 'offsets.f64'), 8),
      (dir: string) => truncateSync(join(dir, 'offsets.f64'), 0),
      (dir: string) => appendFileSync(join(dir, 'offsets.f64'), 'x'),
    ]) {
      const dir = join(temporaryFolder(), 'store')
      const store = await openRowStore(dir, () => each(['one', 'two']))
      store.close()
      damage(dir)
      const failure = await failureOf(() => openRowStore(dir, () => each([])))
      expect(failure.code).toBe('data.cache-broken')
      expect(failure.message).toContain(dir)
      expect(failure.remedy).toContain('Delete')
    }
  })
})

import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Damage } from '../../../../../src-main/files/checksum'
import { SegmentReader, writeSegment } from '../../../../../src-main/data/token-cache/segment'
import { stretchesOf } from '../../../../../src-main/tokenizer/supervision'
import { temporaryFolder } from '../../../../support/temporary-folder'

/** Writes rows whose ids are supervised where they are even. */
async function written(rows: number[][]): Promise<string> {
  const path = join(temporaryFolder(), 'segment')
  await writeSegment(
    path,
    rows.map((ids) => ({
      ids: Int32Array.from(ids),
      stretches: evenOf(ids),
      cut: 5 * ids.length,
      supervisedCut: 2 * ids.length,
    })),
  )
  return path
}

function evenOf(ids: readonly number[]): Uint16Array {
  return stretchesOf(Uint8Array.from(ids, (id) => 1 - (id % 2)))
}

function readAll(path: string): number[][] | undefined {
  const reader = SegmentReader.open(path)
  if (reader === undefined) return undefined
  try {
    return Array.from({ length: reader.rows }, (_, row) => [...reader.read(row).ids])
  } finally {
    reader.close()
  }
}

/** A segment as it was written at first: without checksums, and before it told what is supervised. */
function formatOne(rows: number[][]): Buffer {
  const ids = rows.flat()
  const starts = rows.map((_, row) => rows.slice(0, row + 1).flat().length)
  const head = Uint32Array.from([0x314b544d, rows.length, 2, ids.length, 0, ...starts])
  return Buffer.concat([new Uint8Array(head.buffer), new Uint8Array(Uint16Array.from(ids).buffer)])
}

describe('a segment', () => {
  it('gives back its rows, in two or four bytes an id', async () => {
    const id = fc.oneof(fc.nat(0xffff), fc.nat(0x7fffffff))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(id, { maxLength: 5 }), { maxLength: 5 }), async (rows) => {
        const path = await written(rows)
        expect(readAll(path)).toEqual(rows)
        const reader = SegmentReader.open(path)
        rows.forEach((ids, row) => {
          expect(reader?.read(row).stretches).toEqual(evenOf(ids))
          expect(reader?.size(row).stretches).toEqual(evenOf(ids))
        })
        reader?.close()
      }),
      { numRuns: 50 },
    )
    const sizes = await Promise.all(
      [[65_535], [65_537]].map(async (row) => readFileSync(await written([row])).length),
    )
    expect(sizes[1]).toBe((sizes[0] ?? 0) + 2)
  })

  it('tells how long its rows are, how much of them is supervised, and how much was cut off', async () => {
    const reader = SegmentReader.open(await written([[1, 2, 3], [70_000], [], [4, 5, 6, 7]]))
    const sizes = Array.from({ length: 4 }, (_, row) => reader?.size(row))
    reader?.close()
    expect(sizes).toEqual([
      { length: 3, supervised: 1, stretches: Uint16Array.of(1, 2), cut: 15, supervisedCut: 6 },
      { length: 1, supervised: 1, stretches: Uint16Array.of(0, 1), cut: 5, supervisedCut: 2 },
      { length: 0, supervised: 0, stretches: Uint16Array.of(), cut: 0, supervisedCut: 0 },
      { length: 4, supervised: 2, stretches: Uint16Array.of(0, 1, 2, 3), cut: 20, supervisedCut: 8 },
    ])
  })

  it('gives back its rows whether or not there is room for it in memory', async () => {
    const idsOf = (row: number): number[] => Array.from({ length: 30_000 }, (_, i) => (row * 31 + i) % 60_000)
    const rows = (count: number): number[][] => Array.from({ length: count }, (_, row) => idsOf(row))
    const small = await written(rows(60)) // 7.2 MB in memory: at most 9 of these are held
    const readers = Array.from({ length: 12 }, () => SegmentReader.open(small))
    const large = SegmentReader.open(await written(rows(72))) // 8.6 MB: never held
    for (const reader of [...readers, large]) {
      for (const row of [0, 59, 7]) expect(reader?.read(row).ids).toEqual(Int32Array.from(idsOf(row)))
    }
    for (const reader of [...readers, large]) reader?.close()
  })

  it('leaves ids that were read as they were when it is closed and others are held', async () => {
    const reader = SegmentReader.open(await written([[1, 2, 3], [4]]))
    const ids = reader?.read(0).ids
    reader?.close()
    expect(readAll(await written([[9, 9, 9], [9]]))).toEqual([[9, 9, 9], [9]])
    expect([...(ids ?? [])]).toEqual([1, 2, 3])
  })

  it('is damaged when it is cut, empty or of another kind, and not there when it is missing', async () => {
    const path = await written([[1, 2, 3], [4]])
    const { length } = readFileSync(path)
    for (let cut = length - 1; cut >= 0; cut -= 5) {
      truncateSync(path, cut)
      expect(() => readAll(path)).toThrow(Damage)
    }
    writeFileSync(path, Buffer.alloc(length))
    expect(() => readAll(path)).toThrow(Damage)
    writeFileSync(path, formatOne([[1, 2, 3], [4]]))
    expect(() => readAll(path)).toThrow(Damage)
    expect(readAll(`${path}-none`)).toBeUndefined()
  })

  it('gives no row when any bit of it differs, held or not', async () => {
    const rows = [[1, 2, 3], [70_000, 5], [], [6]]
    const large = Array.from({ length: 72 }, (_, row) =>
      Array.from({ length: 30_000 }, (_, i) => (row * 31 + i) % 60_000),
    )
    for (const path of [await written(rows), await written(large)]) {
      const bytes = readFileSync(path)
      const step = Math.max(1, Math.floor(bytes.length / 150))
      for (let at = 0; at < bytes.length; at += step) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
        writeFileSync(path, flipped)
        expect(() => readAll(path)).toThrow(Damage)
      }
      writeFileSync(
        path,
        Buffer.concat([bytes.subarray(0, bytes.length / 2), Buffer.alloc(bytes.length / 2)]),
      )
      expect(() => readAll(path)).toThrow(Damage)
    }
  })

  it('of which one row is damaged gives the others', async () => {
    const rows = Array.from({ length: 72 }, (_, row) =>
      Array.from({ length: 30_000 }, (_, i) => (row * 31 + i) % 60_000),
    )
    const path = await written(rows) // too large to be held
    const bytes = readFileSync(path)
    bytes.writeUInt16LE(60_001, bytes.length - 2)
    writeFileSync(path, bytes)
    const reader = SegmentReader.open(path)
    expect(reader?.read(70).ids).toEqual(Int32Array.from(rows[70] ?? []))
    expect(() => reader?.read(71)).toThrow(`${path} is damaged: the checksum of row 71 differs`)
    reader?.close()
    const unchecked = SegmentReader.open(path, false)
    expect(unchecked?.read(71).ids.at(-1)).toBe(60_001)
    unchecked?.close()
  })
})

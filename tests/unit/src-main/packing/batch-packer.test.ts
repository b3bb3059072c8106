import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BatchLayout, BatchPacker, packBatch } from '../../../../src-main/packing/batch-packer'
import type { PackingOptions } from '../../../../src-main/packing/types'
import { anyPacking, anySinglePass, optionsOf } from '../../../support/packing'

function pack(lengths: readonly number[], options: PackingOptions, batches: number): BatchLayout[] {
  const packer = new BatchPacker(options, lengths.length)
  return Array.from({ length: batches }, () => packBatch(packer, (c) => lengths[c] ?? 0))
}

/** Batches of the first pass. */
function packEpoch(lengths: readonly number[], options: PackingOptions): BatchLayout[] {
  const packer = new BatchPacker(options, lengths.length)
  const layouts: BatchLayout[] = []
  do layouts.push(packBatch(packer, (c) => lengths[c] ?? 0))
  while (layouts.at(-1)?.lastStep === false)
  return layouts
}

/** Each row as "conversation:length" strings. */
function rowsOf(layout: BatchLayout): string[][] {
  const rows = Array.from(layout.used, (): string[] => [])
  for (const p of layout.placements) {
    rows[p.row]?.push(
      `${String(p.conversation)}:${String(p.length)}${p.cropped > 0 ? `-${String(p.cropped)}` : ''}`,
    )
  }
  return rows
}

/**
 * The reference's two loaders by scanning a list, written down once more from docs/REFERENCE.md §2: rows of one reader.
 * Where the pad mode has nothing but conversations longer than a row the reference stalls, and the first is cropped.
 */
function scanBatches(lengths: readonly number[], options: PackingOptions, batches: number): string[][][] {
  const capacity = options.seqLen + 1
  const buffer: number[] = []
  let cursor = options.rank
  const lengthOf = (c: number): number => lengths[c] ?? 0
  const rowOf = (): string[] => {
    const row: string[] = []
    for (let left = capacity; left > 0;) {
      while (buffer.length < options.bufferSize) {
        buffer.push(cursor)
        cursor = (cursor + options.worldSize) % lengths.length
      }
      let best = -1
      buffer.forEach((c, i) => {
        if (lengthOf(c) <= left && lengthOf(c) > lengthOf(buffer[best] ?? -1)) best = i
      })
      if (best < 0 && options.packing === 'bestfit-pad' && left < capacity) break
      const [c = -1] = buffer.splice(Math.max(best, 0), 1)
      const kept = Math.min(lengthOf(c), left)
      const lost = lengthOf(c) - kept
      row.push(`${String(c)}:${String(kept)}${lost > 0 ? `-${String(lost)}` : ''}`)
      left -= kept
    }
    return row
  }
  return Array.from({ length: batches }, () => Array.from({ length: options.batchSize }, rowOf))
}

describe('BatchPacker', () => {
  it('fills rows by hand: the longest that fits, else the first cropped', () => {
    const [batch] = pack([4, 6, 3, 8, 5, 2, 9, 7], optionsOf({ bufferSize: 4 }), 1)
    // Row 0: of 4 6 3 8 the 8; of 4 6 3 5 nothing is at most 2, so the first, 4, gives 2 of its ids.
    // Row 1: of 6 3 5 2 the 6; of 3 5 2 9 the 3; of 5 2 9 7 nothing is at most 1: 5 gives 1.
    expect(batch && rowsOf(batch)).toEqual([
      ['3:8', '0:2-2'],
      ['1:6', '2:3', '4:1-4'],
    ])
    expect(batch).toMatchObject({ index: 0, epoch: 2, progress: 5 / 8, lastStep: false })
  })

  it('pads where none fits; what is longer than a row waits, and is cropped when nothing else is left', () => {
    const layouts = pack([4, 7, 25, 3], optionsOf({ packing: 'bestfit-pad', bufferSize: 4 }), 1)
    expect(layouts.map(rowsOf)).toEqual([[['1:7', '3:3'], ['1:7']]])
    const stuck = pack([4, 25, 7, 12], optionsOf({ packing: 'bestfit-pad', bufferSize: 2 }), 1)
    // 4 and 25 are buffered: 4, then 7 does not fit beside it, then 7; now 25 and 12 fill the buffer.
    expect(stuck.map(rowsOf)).toEqual([[['0:4'], ['2:7']]])
    const next = pack([4, 25, 7, 12], optionsOf({ packing: 'bestfit-pad', bufferSize: 2 }), 2)
    expect(next.map(rowsOf).at(-1)).toEqual([['1:10-15'], ['0:4']])
    const tight = pack([4, 7, 8, 6], optionsOf({ packing: 'bestfit-pad', bufferSize: 3 }), 1)
    expect(tight.map(rowsOf)).toEqual([[['2:8'], ['1:7']]])
    expect(Array.from(tight[0]?.used ?? [])).toEqual([8, 7])
  })

  it('takes conversations as they come in greedy crop', () => {
    const layouts = pack([4, 7, 8, 6], optionsOf({ packing: 'greedy-crop' }), 1)
    expect(layouts.map(rowsOf)).toEqual([
      [
        ['0:4', '1:6-1'],
        ['2:8', '3:2-4'],
      ],
    ])
  })

  it('crops the shortest in crop-shortest', () => {
    const layouts = pack([4, 8, 3, 7], optionsOf({ packing: 'crop-shortest', batchSize: 1 }), 1)
    expect(layouts.map(rowsOf)).toEqual([[['1:8', '2:2-1']]])
  })

  it('keeps all rows open in first-fit decreasing', () => {
    const layouts = pack([6, 5, 4, 3, 2], optionsOf({ packing: 'first-fit-decreasing', bufferSize: 5 }), 1)
    // 6 to row 0; then the second pass' 6 to row 1; its 5 fits no more; 4 to both.
    expect(layouts.map(rowsOf)).toEqual([
      [
        ['0:6', '2:4'],
        ['0:6', '2:4'],
      ],
    ])
  })

  it('is the reference: the same rows as scanning a list', () => {
    const reference = anyPacking.map(({ lengths, options }) => {
      const pads = options.seqLen % 2 === 0
      const packing = pads ? ('bestfit-pad' as const) : ('bestfit-crop' as const)
      return { lengths, options: { ...options, packing } }
    })
    fc.assert(
      fc.property(reference, ({ lengths, options }) => {
        expect(pack(lengths, options, 8).map(rowsOf)).toEqual(scanBatches(lengths, options, 8))
      }),
    )
  })

  it('fills rows without gaps or overlaps, and keeps or counts every id it reads', () => {
    fc.assert(
      fc.property(anyPacking, ({ lengths, options }) => {
        const capacity = options.seqLen + 1
        for (const layout of pack(lengths, options, 5)) {
          const filled = new Array<number>(options.batchSize).fill(0)
          for (const p of layout.placements) {
            expect(p.offset).toBe(filled[p.row])
            expect(p.length).toBeGreaterThan(0)
            expect(p.length + p.cropped).toBe(lengths[p.conversation])
            filled[p.row] = p.offset + p.length
          }
          expect(filled).toEqual(Array.from(layout.used))
          if (!options.packing.endsWith('crop') && options.packing !== 'crop-shortest') continue
          expect(filled).toEqual(new Array<number>(options.batchSize).fill(capacity))
        }
      }),
    )
  })

  it('places every conversation of a pass once, or still holds it', () => {
    fc.assert(
      fc.property(anySinglePass, ({ lengths, options }) => {
        // A buffer that holds more than the mixture may meet a second pass early; the first is what counts here.
        const bounded = { ...options, bufferSize: Math.min(options.bufferSize, lengths.length) }
        const packer = new BatchPacker(bounded, lengths.length)
        const seen = new Array<number>(lengths.length).fill(0)
        let last = false
        while (!last) {
          const layout = packBatch(packer, (c) => lengths[c] ?? 0)
          for (const p of layout.placements) seen[p.conversation] = (seen[p.conversation] ?? 0) + 1
          last = layout.lastStep
        }
        const { buffer, cursor, epoch } = packer.state()
        for (const c of buffer) seen[c] = (seen[c] ?? 0) + 1
        // Every conversation has been read as often as the cursor passed it, and each reading is placed or buffered.
        expect(seen).toEqual(lengths.map((_, c) => epoch - 1 + (c < cursor ? 1 : 0)))
      }),
    )
  })

  it('follows consumed conversations to the end of the epoch, from the rank', () => {
    const lengths = new Array<number>(20).fill(5)
    const epoch = packEpoch(lengths, optionsOf({ rank: 1, worldSize: 2, bufferSize: 1 }))
    expect(epoch.map((b) => [b.progress, b.epoch, b.lastStep])).toEqual([
      [(1 + 4 * 2) / 20, 1, false],
      [(1 + 8 * 2) / 20, 1, false],
      [(1 + 12 * 2) / 20, 2, true],
    ])
  })

  it('follows a set number of batches where there is one', () => {
    const layouts = pack([3, 3, 3, 3], optionsOf({ totalBatches: 4 }), 4)
    expect(layouts.map((b) => [b.progress, b.lastStep])).toEqual([
      [0.25, false],
      [0.5, false],
      [0.75, false],
      [1, true],
    ])
  })

  it('goes on from a state taken after any batch, across the end of the epoch', () => {
    fc.assert(
      fc.property(anyPacking, fc.integer({ min: 0, max: 12 }), ({ lengths, options }, at) => {
        const lengthOf = (c: number): number => lengths[c] ?? 0
        const whole = pack(lengths, options, 16)
        const first = new BatchPacker(options, lengths.length)
        for (let i = 0; i < at; i++) packBatch(first, lengthOf)
        const saved: unknown = JSON.parse(JSON.stringify(first.state()))
        expect(saved).toEqual(first.state())
        const second = new BatchPacker(options, lengths.length, first.state())
        expect(second.state()).toEqual(first.state())
        const rest = Array.from({ length: 16 - at }, () => packBatch(second, lengthOf))
        expect(rest).toEqual(whole.slice(at))
      }),
    )
  })

  it.each([
    [{ bufferSize: 0 }, 'bufferSize is 0'],
    [{ batchSize: 1.5 }, 'batchSize is 1.5'],
    [{ rank: 2, worldSize: 2 }, 'Rank 2 of 2'],
    [{ rank: 3, worldSize: 4 }, 'rank 3 reads its first at 3'],
  ])('refuses options %o', (changes, message) => {
    expect(() => new BatchPacker(optionsOf(changes), 3)).toThrow(message)
  })

  it('refuses a state of a larger mixture', () => {
    const state = { cursor: 1, epoch: 1, consumed: 0, buffer: [0, 7], batches: 0 }
    expect(() => new BatchPacker(optionsOf(), 3, state)).toThrow(
      'names conversation 7, but the mixture has 3',
    )
  })

  it('refuses a conversation without ids', () => {
    expect(() => pack([3, 0, 3], optionsOf(), 1)).toThrow('Conversation 1 of the mixture has no tokens')
  })
})

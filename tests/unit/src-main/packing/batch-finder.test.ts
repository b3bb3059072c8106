import { describe, expect, it } from 'vitest'
import { BatchFinder } from '../../../../src-main/packing/batch-finder'
import { createLoader } from '../../../../src-main/packing/loader'
import type { CallContext } from '../../../../src-main/threads/calls'
import type { PackedBatch } from '../../../../src-main/packing/types'
import { BOS, optionsOf, sourceOf } from '../../../support/packing'

const lengths = Array.from({ length: 200 }, (_, i) => 1 + ((i * 37) % 17))
const options = { ...optionsOf(), bosId: BOS }
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined }

/** A source that counts how often a conversation's length is asked for. */
function measured(late = false): {
  source: ConstructorParameters<typeof BatchFinder>[0]
  asked: () => number
} {
  let asked = 0
  const lengthOf = (c: number): number | Promise<number> => {
    asked++
    const length = lengths[c] ?? 0
    return late ? Promise.resolve(length) : length
  }
  return { source: { ...sourceOf(lengths), lengthOf }, asked: () => asked }
}

async function inOrder(count: number): Promise<PackedBatch[]> {
  const loader = createLoader(sourceOf(lengths), options)
  const batches: PackedBatch[] = []
  while (batches.length < count) batches.push(await loader.next())
  return batches
}

describe('BatchFinder', () => {
  it.each([false, true])(
    'finds batches in any order, past the end of the epoch (late lengths: %s)',
    async (late) => {
      const batches = await inOrder(120)
      const finder = new BatchFinder(measured(late).source, options)
      for (const batch of [100, 3, 0, 119, 57, 58]) {
        expect(await finder.find(batch, context)).toEqual(batches[batch])
      }
    },
  )

  it('starts from the nearest state it has met', async () => {
    const { source, asked } = measured()
    const finder = new BatchFinder(source, options)
    await finder.stateBefore(90, context)
    const before = asked()
    await finder.stateBefore(60, context)
    expect(asked() - before).toBe(0) // the state itself had been kept
    await finder.stateBefore(91, context)
    expect(asked() - before).toBeLessThan(30)
  })

  it('tells where conversations lie without reading one', async () => {
    const batches = await inOrder(60)
    const { source } = measured()
    const tokens = (c: number): never => {
      throw new Error(`conversation ${String(c)} was read`)
    }
    const finder = new BatchFinder({ ...source, tokens }, options)
    for (const batch of [57, 3]) {
      const { index, placements } = await finder.layout(batch, context)
      const placed = batches[batch]?.spans.map(({ task: _, taskRow: __, ...placement }) => placement)
      expect(index).toBe(batch)
      expect(placements).toEqual(placed)
    }
  })

  it('ends when it is cancelled', async () => {
    const slow = {
      ...sourceOf(lengths),
      lengthOf: () => new Promise<number>((resolve) => setTimeout(resolve, 1, 5)),
    }
    const controller = new AbortController()
    const seen: number[] = []
    const found = new BatchFinder(slow, options).find(10_000, {
      signal: controller.signal,
      progress: ({ done }) => {
        seen.push(done)
        controller.abort()
      },
    })
    await expect(found).rejects.toMatchObject({ name: 'AbortError' })
    expect(seen).toHaveLength(1)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLoader, type LoaderOptions } from '../../../../src-main/packing/loader'
import { loaderState } from '../../../../src-main/packing/loader-state.schema'
import type { LoaderState, PackedBatch, PackingOptions } from '../../../../src-main/packing/types'
import type { Tokens } from '../../../../src-main/tokenizer/supervision'
import { anyPacking, BOS, idOf, isSupervised, optionsOf, sourceOf } from '../../../support/packing'

async function batchesOf(
  lengths: readonly number[],
  options: PackingOptions & Pick<LoaderOptions, 'loss'>,
  count: number,
  state?: LoaderState,
  late = false,
): Promise<PackedBatch[]> {
  const loader = createLoader(sourceOf(lengths, late), { ...options, bosId: BOS }, state)
  const batches: PackedBatch[] = []
  while (batches.length < count) batches.push(await loader.next())
  return batches
}

/** What the spans alone say each target is. */
function targetsFromSpans(batch: PackedBatch, counts: typeof isSupervised = () => true): number[] {
  const targets = new Array<number>(batch.batchSize * batch.seqLen).fill(-1)
  for (const { row, offset, length, conversation } of batch.spans) {
    for (let j = 0; j < length; j++) {
      if (offset + j === 0 || !counts(conversation, j)) continue
      targets[row * batch.seqLen + offset + j - 1] = idOf(conversation, j)
    }
  }
  return targets
}

describe('createLoader', () => {
  it('puts ids in their places by hand', async () => {
    const [batch] = await batchesOf([3, 2, 4], optionsOf({ batchSize: 1, seqLen: 5, bufferSize: 3 }), 1)
    // The longest, 2, fills four of six places; then 1 fits.
    expect(Array.from(batch?.inputs ?? [])).toEqual([BOS, 2001, 2002, 2003, BOS])
    expect(Array.from(batch?.targets ?? [])).toEqual([2001, 2002, 2003, BOS, 1001])
    expect(batch?.spans).toEqual([
      { row: 0, offset: 0, length: 4, cropped: 0, conversation: 2, task: 0, taskRow: 1 },
      { row: 0, offset: 4, length: 2, cropped: 0, conversation: 1, task: 1, taskRow: 0 },
    ])
  })

  it('pads with bos and ignores the targets from the last real id on', async () => {
    const options = optionsOf({ packing: 'bestfit-pad', batchSize: 1, seqLen: 5, bufferSize: 2 })
    const [batch] = await batchesOf([3, 4, 5], options, 1)
    expect(Array.from(batch?.inputs ?? [])).toEqual([BOS, 1001, 1002, 1003, BOS])
    expect(Array.from(batch?.targets ?? [])).toEqual([1001, 1002, 1003, -1, -1])
  })

  it('fills rows from their spans and nothing else, bos first', async () => {
    await fc.assert(
      fc.asyncProperty(anyPacking, async ({ lengths, options }) => {
        for (const batch of await batchesOf(lengths, options, 4)) {
          expect(Array.from(batch.targets)).toEqual(targetsFromSpans(batch))
          for (let row = 0; row < batch.batchSize; row++) {
            const inputs = batch.inputs.subarray(row * batch.seqLen, (row + 1) * batch.seqLen)
            const targets = batch.targets.subarray(row * batch.seqLen, (row + 1) * batch.seqLen)
            expect(inputs[0]).toBe(BOS)
            const shifted = Array.from(targets.subarray(0, -1), (id) => (id === -1 ? BOS : id))
            expect(Array.from(inputs.subarray(1))).toEqual(shifted)
          }
        }
      }),
    )
  })

  it('has no target but supervised ids where only completions are trained on; inputs and state are the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyPacking, fc.integer({ min: 0, max: 3 }), async ({ lengths, options }, at) => {
        const all = await batchesOf(lengths, options, 4)
        const masked = await batchesOf(lengths, { ...options, loss: 'completion' }, 4)
        for (const batch of masked) {
          expect(Array.from(batch.targets)).toEqual(targetsFromSpans(batch, isSupervised))
        }
        expect(masked).toEqual(all.map((batch, i) => ({ ...batch, targets: masked[i]?.targets })))
        const resumed = await batchesOf(
          lengths,
          { ...options, loss: 'completion' },
          3 - at,
          masked[at]?.stateAfter,
        )
        expect(resumed).toEqual(masked.slice(at + 1))
      }),
    )
  })

  it('names the task and row of each span', async () => {
    const source = sourceOf([4, 6, 3, 8, 5])
    const [batch] = await batchesOf([4, 6, 3, 8, 5], optionsOf(), 1)
    for (const { conversation, task, taskRow } of batch?.spans ?? []) {
      expect({ task, row: taskRow }).toEqual(source.locate(conversation))
    }
  })

  it('gives the same batches when ids come late', async () => {
    await fc.assert(
      fc.asyncProperty(anyPacking, async ({ lengths, options }) => {
        const soon = await batchesOf(lengths, options, 4)
        expect(await batchesOf(lengths, options, 4, undefined, true)).toEqual(soon)
      }),
    )
  })

  it('goes on bit for bit from the state of any batch', async () => {
    await fc.assert(
      fc.asyncProperty(anyPacking, fc.integer({ min: 0, max: 8 }), async ({ lengths, options }, at) => {
        const whole = await batchesOf(lengths, options, 12)
        const saved = loaderState.parse(JSON.parse(JSON.stringify(whole[at]?.stateAfter)))
        expect(await batchesOf(lengths, options, 11 - at, saved)).toEqual(whole.slice(at + 1))
      }),
    )
  })

  it('goes on across the end of the epoch', async () => {
    const lengths = [4, 6, 3, 8, 5, 2, 9, 7]
    const whole = await batchesOf(lengths, optionsOf(), 8)
    const end = whole.findIndex((batch) => batch.lastStep)
    expect(whole[end]?.progress).toBeGreaterThanOrEqual(1)
    expect(await batchesOf(lengths, optionsOf(), 7 - end, whole[end]?.stateAfter)).toEqual(
      whole.slice(end + 1),
    )
  })

  it('gives batches that may be written to: the ids that were read stay as they are', async () => {
    const ids = [4, 6, 3, 8, 5].map((length, c) => Int32Array.from({ length }, (_, j) => idOf(c, j)))
    const tokens = (c: number): Tokens => ({ ids: ids[c] ?? new Int32Array(0), stretches: new Uint16Array() })
    const source = { ...sourceOf([4, 6, 3, 8, 5]), tokens }
    const loader = createLoader(source, { ...optionsOf(), bosId: BOS })
    const [first, second] = await batchesOf([4, 6, 3, 8, 5], optionsOf(), 2)
    const batch = await loader.next()
    expect(batch).toEqual(first)
    batch.inputs.fill(-7)
    batch.targets.fill(-7)
    expect(await loader.next()).toEqual(second)
  })

  it('passes on what reading throws', async () => {
    const source = { ...sourceOf([3, 3]), tokens: () => Promise.reject(new Error('row 7 is broken')) }
    await expect(createLoader(source, { ...optionsOf(), bosId: BOS }).next()).rejects.toThrow(
      'row 7 is broken',
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { BatchFinder } from '../../../../src-main/packing/batch-finder'
import { BatchPacker, packBatch } from '../../../../src-main/packing/batch-packer'
import { branchState } from '../../../../src-main/packing/branch-start'
import { planEpoch } from '../../../../src-main/packing/plan'
import type { LoaderState } from '../../../../src-main/packing/types'
import { failureOf } from '../../../support/failure'
import { anySinglePass, BOS, optionsOf, sourceOf } from '../../../support/packing'

/** A mixture of `length` conversations of which some are excluded then, and others now; rows are places in the order. */
function mixture(length: number, now: ReadonlySet<number>) {
  const numbersWith = (excluded: ReadonlySet<number>): number[] =>
    Array.from({ length }, (_, place) => place).filter((place) => !excluded.has(place))
  const here = numbersWith(now)
  return {
    length: here.length,
    placeOf: (index: number) => here[index] ?? -1,
    renumbered: (exclude: readonly (readonly [number, number])[]) =>
      Int32Array.from(numbersWith(new Set(exclude.map(([, row]) => row))), (place) => here.indexOf(place)),
  }
}

const READER = { rank: 0, worldSize: 1 }

describe('where a branch reads on', () => {
  it('is the mixture’s start where there is no place to go on from, with batches numbered on', () => {
    const start = { batches: 6, state: null, exclude: [] }
    expect(branchState(start, mixture(9, new Set()), READER)).toEqual({
      ...{ cursor: 0, epoch: 1, consumed: 0, buffer: [], batches: 6 },
    })
  })

  it('is the very state of the parent where nothing differs', () => {
    fc.assert(
      fc.property(anySinglePass, fc.nat({ max: 12 }), ({ lengths, options }, batches) => {
        const packer = new BatchPacker(options, lengths.length)
        for (let batch = 0; batch < batches; batch++) packBatch(packer, (c) => lengths[c] ?? 0)
        const state = packer.state()
        const start = { batches, state, exclude: [] }
        expect(branchState(start, mixture(lengths.length, new Set()), options)).toEqual(state)
      }),
    )
  })

  it('passes over what is excluded since, and takes up the rest of the epoch in its order', () => {
    const places = fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 20 })
    fc.assert(
      fc.property(anySinglePass, fc.nat({ max: 6 }), places, ({ lengths, options }, batches, left) => {
        const now = new Set(left)
        const of = mixture(lengths.length, now)
        fc.pre(of.length > 0)
        const packer = new BatchPacker(options, lengths.length)
        for (let batch = 0; batch < batches; batch++) packBatch(packer, (c) => lengths[c] ?? 0)
        const state = packer.state()
        const found = branchState({ batches, state, exclude: [] }, of, options)
        // What it has to place before it comes round to the epoch's end.
        const ahead = ({ buffer, cursor }: LoaderState, length: number, place = (i: number) => i): number[] =>
          [...buffer, ...Array.from({ length: length - cursor }, (_, i) => cursor + i)].map(place)
        const whole = ahead(state, lengths.length).filter((place) => !now.has(place))
        const isOver = found.epoch > state.epoch
        const waiting = isOver ? found.buffer.map(of.placeOf) : ahead(found, of.length, of.placeOf)
        expect(waiting).toEqual(whole)
        expect(found.consumed).toBe((found.epoch - 1) * of.length + found.cursor - found.buffer.length)
      }),
    )
  })

  it('takes up what is excluded no more from where it stood on', () => {
    // places 0..5, 1 excluded then; the parent has read 0 and 2 and stands at its index 2, place 3
    const state = { cursor: 2, epoch: 1, consumed: 1, buffer: [1], batches: 1 }
    const found = branchState({ batches: 1, state, exclude: [[0, 1]] }, mixture(6, new Set()), READER)
    expect(found).toEqual({ cursor: 3, epoch: 1, consumed: 2, buffer: [2], batches: 1 })
  })
})

describe('the batches of a branch', () => {
  const lengths = Array.from({ length: 40 }, (_, c) => 3 + (c % 9))
  const source = { ...sourceOf(lengths), lengthOf: (c: number) => lengths[c] ?? 0 }
  const options = { ...optionsOf(), bosId: BOS }
  const context = { signal: new AbortController().signal, progress: () => undefined }

  async function startAt(batch: number): Promise<LoaderState> {
    return new BatchFinder(source, options).stateBefore(batch, context)
  }

  it('are those that the parent went on with, under the same numbers', async () => {
    const start = await startAt(5)
    const branch = new BatchFinder(source, { ...options, start })
    const parent = new BatchFinder(source, options)
    for (const batch of [5, 9, 6]) {
      expect(await branch.find(batch, context)).toEqual(await parent.find(batch, context))
    }
  })

  it('do not begin before the branch does', async () => {
    const branch = new BatchFinder(source, { ...options, start: await startAt(5) })
    const failure = await failureOf(() => branch.find(4, context))
    expect(failure).toMatchObject({ code: 'packing.before-branch' })
    expect(failure.message).toContain('its own batches begin with 5')
  })

  it('are planned from there: the same steps in all, and what the parent placed counts as neither', async () => {
    const tasks = new Uint16Array(lengths.length)
    const input = { lengths: Int32Array.from(lengths), tasks, taskCount: 1 }
    const whole = planEpoch(input, { ...options, batchesPerStep: 1 })
    const plan = planEpoch(input, { ...options, batchesPerStep: 1, start: await startAt(5) })
    expect(plan.steps).toBe(whole.steps)
    expect(plan.curve.used.slice(5)).toEqual(whole.curve.used.slice(5))
    expect(plan.curve.used.slice(0, 5)).toEqual([0, 0, 0, 0, 0])
    expect(plan.totals.all.neverTrained).toBe(whole.totals.all.neverTrained)
    expect(plan.totals.all.placed).toBeLessThan(whole.totals.all.placed)
  })
})

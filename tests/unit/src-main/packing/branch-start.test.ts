import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { BatchFinder } from '../../../../src-main/packing/batch-finder'
import { BatchPacker, packBatch } from '../../../../src-main/packing/batch-packer'
import { branchState } from '../../../../src-main/packing/branch-start'
import { planEpoch } from '../../../../src-main/packing/plan'
import type { LoaderState } from '../../../../src-main/packing/types'
import { failureOf } from '../../../support/failure'
import {
  anyPacking,
  anySinglePass,
  BOS,
  optionsOf,
  type PackingCase,
  sourceOf,
} from '../../../support/packing'

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
    const start = { batches: 6, states: null, exclude: [] }
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
        const start = { batches, states: [state], exclude: [] }
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
        const found = branchState({ batches, states: [state], exclude: [] }, of, options)
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
    const found = branchState(
      { batches: 1, states: [state], exclude: [[0, 1]] },
      mixture(6, new Set()),
      READER,
    )
    expect(found).toEqual({ cursor: 3, epoch: 1, consumed: 2, buffer: [2], batches: 1 })
  })
})

describe('where the ranks of a branch read on', () => {
  const anyRanks = fc.record({
    case: anyPacking,
    then: fc.integer({ min: 1, max: 4 }),
    now: fc.integer({ min: 1, max: 4 }),
    batches: fc.nat({ max: 12 }),
    left: fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 20 }),
  })

  /** The states of a run's ranks after so many batches of each, and every conversation that they placed. */
  function trained({ lengths, options }: PackingCase, worldSize: number, batches: number) {
    const packers = Array.from(
      { length: worldSize },
      (_, rank) => new BatchPacker({ ...options, rank, worldSize }, lengths.length),
    )
    const placed = packers.flatMap((packer) =>
      Array.from({ length: batches }, () => packBatch(packer, (c) => lengths[c] ?? 0)).flatMap(
        ({ placements }) => placements.map(({ conversation }) => conversation),
      ),
    )
    return { states: packers.map((packer) => packer.state()), placed }
  }

  function branched(states: LoaderState[], of: ReturnType<typeof mixture>, worldSize: number): LoaderState[] {
    const start = { batches: 7, states, exclude: [] }
    return Array.from({ length: worldSize }, (_, rank) => branchState(start, of, { rank, worldSize }))
  }

  const ascending = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b)

  it('is the very state of each of the parent’s where there are as many, and nothing is excluded since', () => {
    fc.assert(
      fc.property(anyRanks, ({ case: each, then, batches }) => {
        const { states } = trained(each, then, batches)
        const found = branched(states, mixture(each.lengths.length, new Set()), then)
        expect(found).toEqual(states.map((state) => ({ ...state, batches: 7 })))
      }),
    )
  })

  it('leaves no conversation out and takes none twice, with any number of ranks and whatever is excluded since', () => {
    fc.assert(
      fc.property(anyRanks, ({ case: each, then, now, batches, left }) => {
        const gone = new Set(left.filter((place) => place < each.lengths.length))
        const of = mixture(each.lengths.length, gone)
        fc.pre(of.length >= now)
        const { states, placed } = trained(each, then, batches)
        const found = branched(states, of, now)
        fc.pre(gone.size > 0 || then !== now)
        // All read on from one place of the mixture read again and again, each from its own next one.
        const heads = found.map(({ cursor, epoch }) => (epoch - 1) * of.length + cursor)
        const [place = 0] = heads
        expect(heads).toEqual(heads.map((_, rank) => place + rank))
        // What lies before it is either trained or waits in one of the buffers.
        const before = Array.from({ length: place }, (_, at) => of.placeOf(at % of.length))
        const waiting = found.flatMap(({ buffer }) => buffer.map(of.placeOf))
        const kept = placed.filter((conversation) => !gone.has(conversation))
        expect(ascending([...kept, ...waiting])).toEqual(ascending(before))
        // So progress goes on: what all have consumed, and buffers that differ by one conversation at most.
        const consumed = found.reduce((sum, state) => sum + state.consumed, 0)
        expect(consumed).toBe(kept.length)
        const sizes = found.map(({ buffer }) => buffer.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 300 },
    )
  })

  it('has every conversation trained once by the epoch’s end, and what two ranks have left in the order of the mixture', () => {
    const lengths = Array.from({ length: 36 }, () => 5)
    const options = { ...optionsOf({ seqLen: 9, batchSize: 1, bufferSize: 3 }) }
    const { states } = trained({ lengths, options }, 2, 3)
    const found = branched(states, mixture(36, new Set()), 3)
    expect(states.map(({ cursor, buffer }) => [cursor, ...buffer])).toEqual([
      [16, 12, 14],
      [17, 13, 15],
    ])
    expect(found).toEqual([
      { cursor: 18, epoch: 1, consumed: 4, buffer: [12, 15], batches: 7 },
      { cursor: 19, epoch: 1, consumed: 4, buffer: [13, 16], batches: 7 },
      { cursor: 20, epoch: 1, consumed: 4, buffer: [14, 17], batches: 7 },
    ])
  })

  it('is planned for each rank with what it takes up', () => {
    const lengths = Array.from({ length: 60 }, (_, c) => 3 + (c % 9))
    const options = optionsOf()
    const { states, placed } = trained({ lengths, options }, 2, 4)
    const starts = branched(states, mixture(60, new Set()), 3)
    const input = { lengths: Int32Array.from(lengths), tasks: new Uint16Array(60), taskCount: 1 }
    const ahead = starts.map((start, rank) => {
      const ranked = { ...options, rank, worldSize: 3, batchesPerStep: 1, totalBatches: 9, start }
      const { totals } = planEpoch(input, ranked)
      return totals.all.placed - totals.all.placedAgain + totals.all.neverTrained
    })
    // each conversation that the parent has not trained is one rank's: it trains it, or says that it never does
    expect(ahead.reduce((sum, each) => sum + each, 0)).toBe(60 - new Set(placed).size)
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

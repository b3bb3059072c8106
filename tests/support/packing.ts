/** Small mixtures for packing tests: conversations whose every id says which conversation and position it is from. */
import fc from 'fast-check'
import type { LoaderSource } from '../../src-main/packing/loader'
import { packingName } from '../../src-main/packing/packings.schema'
import { stretchesOf, supervisedWithin } from '../../src-main/tokenizer/supervision'
import { SupervisionTable } from '../../src-main/packing/supervision-table'
import type { PackingOptions } from '../../src-main/packing/types'

export const BOS = 0

/** Id of position j of conversation c; position 0 is bos. */
export function idOf(conversation: number, position: number): number {
  return position === 0 ? BOS : conversation * 1000 + position
}

/** Mask of position j of conversation c: bos is never supervised; the others by turns that differ by conversation. */
export function isSupervised(conversation: number, position: number): boolean {
  return position > 0 && (conversation + position) % 7 < conversation % 6
}

/** What is supervised of conversations of the given lengths. */
export function supervisionOf(lengths: readonly number[]): SupervisionTable {
  const table = new SupervisionTable(lengths.length)
  lengths.forEach((length, c) => {
    const stretches = stretchesOf(maskOf(c, length))
    table.set(c, { supervised: supervisedWithin(stretches, length), stretches, supervisedCut: 3 * (c % 3) })
  })
  return table
}

function maskOf(conversation: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, j) => (isSupervised(conversation, j) ? 1 : 0))
}

/** Conversations of the given lengths, alternately of two tasks. Ids come as promises when `late`. */
export function sourceOf(lengths: readonly number[], late = false): LoaderSource {
  return {
    length: lengths.length,
    locate: (c) => ({ task: c % 2, row: c >> 1 }),
    tokens: (c) => {
      const length = lengths[c] ?? 0
      const tokens = {
        ids: Int32Array.from({ length }, (_, j) => idOf(c, j)),
        stretches: stretchesOf(maskOf(c, length)),
      }
      return late ? Promise.resolve(tokens) : tokens
    },
  }
}

export function optionsOf(changes: Partial<PackingOptions> = {}): PackingOptions {
  const defaults = { packing: 'bestfit-crop', batchSize: 2, seqLen: 9, bufferSize: 4, rank: 0, worldSize: 1 }
  return { ...defaults, packing: 'bestfit-crop', ...changes }
}

export interface PackingCase {
  lengths: number[]
  options: PackingOptions
}

/** Any small mixture with any options: conversations shorter and longer than a row, buffers larger than the mixture. */
export const anyPacking: fc.Arbitrary<PackingCase> = fc
  .record({
    lengths: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 4, maxLength: 80 }),
    packing: fc.constantFrom(...packingName.options),
    batchSize: fc.integer({ min: 1, max: 5 }),
    seqLen: fc.integer({ min: 1, max: 24 }),
    bufferSize: fc.integer({ min: 1, max: 100 }),
    worldSize: fc.integer({ min: 1, max: 4 }),
    rank: fc.nat({ max: 3 }),
  })
  .map(({ lengths, rank, worldSize, ...rest }) => ({
    lengths,
    options: { ...rest, worldSize, rank: rank % worldSize },
  }))

/** Packings of one whole pass by a single reader. */
export const anySinglePass: fc.Arbitrary<PackingCase> = anyPacking.map(({ lengths, options }) => ({
  lengths,
  options: { ...options, rank: 0, worldSize: 1 },
}))

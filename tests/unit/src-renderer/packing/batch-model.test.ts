import { describe, expect, it } from 'vitest'
import { batchModel, neighbour, readCell, spanAt } from '../../../../src-renderer/packing/batch-model'
import { BOS, sampleBatch } from './sample-batch'

const model = batchModel(sampleBatch())

describe('spanAt', () => {
  it('finds the conversation of every token, and none in padding', () => {
    const found = Array.from({ length: 14 }, (_, at) =>
      spanAt(model, { row: Math.floor(at / 7), position: at % 7 }),
    )
    expect(found.map((span) => span?.conversation ?? null)).toEqual([
      10,
      10,
      10,
      11,
      11,
      11,
      11,
      12,
      12,
      12,
      12,
      12,
      null,
      null,
    ])
  })
})

describe('readCell', () => {
  it('reads a token with its target and where it comes from', () => {
    expect(readCell(model, { row: 0, position: 4 })).toMatchObject({
      token: { id: 1, text: ' a\n', bytes: 3, shown: '·a↵', special: false },
      target: { id: 2 },
      role: 'user',
      trainedOn: false,
      span: { conversation: 11, cropped: 3 },
    })
  })
  it('has no target at the last position of a row', () => {
    expect(readCell(model, { row: 0, position: 6 }).target).toBeNull()
  })
  it('shows a special token by its bare name, padding by its role', () => {
    expect(readCell(model, { row: 1, position: 6 })).toMatchObject({
      token: { id: BOS, shown: 'bos', special: true },
      role: 'pad',
      span: null,
    })
  })
  it('names an id without text by its number', () => {
    const bare = batchModel({ ...sampleBatch(), vocabulary: [] })
    expect(readCell(bare, { row: 0, position: 1 }).token).toMatchObject({ id: 1, text: '#1' })
  })
})

describe('neighbour', () => {
  it('goes to the next conversation, across rows', () => {
    expect(neighbour(model, { row: 0, position: 4 }, 1)).toEqual({ row: 1, position: 0 })
    expect(neighbour(model, { row: 1, position: 2 }, 1)).toBeNull()
  })
  it('goes back to the start of this one first, then to the one before', () => {
    expect(neighbour(model, { row: 0, position: 5 }, -1)).toEqual({ row: 0, position: 3 })
    expect(neighbour(model, { row: 0, position: 3 }, -1)).toEqual({ row: 0, position: 0 })
    expect(neighbour(model, { row: 0, position: 0 }, -1)).toBeNull()
  })
})

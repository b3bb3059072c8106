import { describe, expect, it } from 'vitest'
import { batchModel } from '../../../../src-renderer/packing/batch-model'
import { pictureScale, pictureTitle } from '../../../../src-renderer/packing/picture'
import { sampleBatch } from './sample-batch'

describe('pictureScale', () => {
  it('gives each token of a usual row a pixel or more', () => {
    expect(pictureScale({ columns: 2049, rows: 32 })).toEqual({ sx: 1, sy: 22 })
    expect(pictureScale({ columns: 400, rows: 8 }).sx).toBe(4)
  })

  it.each([
    [65_537, 1],
    [2049, 5000],
  ])('keeps rows of %i, %i of them, within what can be drawn', (columns, rows) => {
    const { sx, sy } = pictureScale({ columns, rows })
    expect(columns * sx).toBeLessThan(16_000)
    expect(rows * sy).toBeLessThan(16_000)
    expect(sy).toBeGreaterThanOrEqual(2)
  })
})

it('says over the rows what they are', () => {
  expect(pictureTitle(batchModel(sampleBatch()), null)).toBe(
    'train batch 3 · 2 rows of 7 tokens · 3 conversations · used 85.7 % · cropped 3 tokens, 20.0 % · padded 2',
  )
  expect(pictureTitle(batchModel(sampleBatch()), 'first')).toMatch(/^first · train batch 3 · /)
})

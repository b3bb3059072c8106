/** A packed batch as vectors, as a page and as data, each read back by its own reader. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { svgFile } from '../../../../src-renderer/drawing/svg'
import { batchDrawing } from '../../../../src-renderer/packing/batch-drawing'
import { batchJson, batchPage } from '../../../../src-renderer/packing/batch-file'
import { batchModel } from '../../../../src-renderer/packing/batch-model'
import { CLASSES } from '../../../../src-renderer/packing/classes'
import type { Palette } from '../../../../src-renderer/theme/palette'
import { elementsOf, fetchedBy, readXml } from '../../../support/xml'
import { sampleBatch } from './sample-batch'

const batch = sampleBatch()
const model = batchModel(batch)
const taskNames = ['Chats & talks', 'Sums']
const texture = Array.from({ length: CLASSES }, (_, at) => [at, 0, 0] as const)
const plain = { ground: '#fff', ink: '#111', dim: '#666', line: '#ccc', accent: '#00f', warning: '#fa0' }
const palette: Palette = { ...plain, texture, cells: [] }
const options = { colouring: 'task', colourOfTask: [0, 1], taskNames, run: null, losses: null } as const
const picture = batchDrawing(model, options, palette)

describe('batchDrawing', () => {
  it('has a box for every conversation, as long as it is, that says which it is', () => {
    const document = readXml(svgFile(picture))
    const spans = elementsOf(document, 'rect').filter((rect) => rect.getAttribute('fill-opacity') === '0')
    const about = spans.map((rect) => [rect.textContent, Number(rect.getAttribute('width'))])
    const token = Number(about[0]?.[1]) / 3
    expect(about.map(([text]) => text)).toEqual([
      'conversation 10, Chats & talks: 3 tokens',
      'conversation 11, Sums: 4 tokens, 3 more cropped',
      'conversation 12, Chats & talks: 5 tokens',
    ])
    expect(Number(about[1]?.[1])).toBeCloseTo(4 * token, 1)
    expect(Number(about[2]?.[1])).toBeCloseTo(5 * token, 1)
    const cropped = elementsOf(document, 'rect').filter((rect) => rect.getAttribute('fill') === '#fa0')
    expect(cropped).toHaveLength(1)
    expect(fetchedBy(document)).toEqual([])
  })

  it('has the patterns of tasks within their strips and in the legend, and padding hatched', () => {
    const clips = picture.shapes.flatMap((shape) => (shape.kind === 'clip' ? [shape] : []))
    const colours = clips.map(({ shapes: [shape] }) => (shape?.kind === 'path' ? shape.colour : null))
    const [patterns, hatched] = ['rgba(0, 0, 0, 0.28)', plain.line].map((colour) =>
      clips.filter((_, at) => colours[at] === colour),
    )
    expect([patterns?.length, hatched?.length]).toEqual([2, 1]) // one conversation of Sums, its key; one padded row
    const token = (1600 - 24 - 36) / model.extent.columns
    expect(patterns?.[0]?.within.width).toBeCloseTo(4 * token, 1)
    const padded = model.extent.columns - (batch.pad_from.find((from) => from < model.extent.columns) ?? 0)
    expect(hatched?.[0]?.within.width).toBeCloseTo(padded * token, 1)
    const byMask = batchDrawing(model, { ...options, colouring: 'mask' }, palette)
    expect(byMask.shapes.filter(({ kind }) => kind === 'clip')).toHaveLength(1) // padding is hatched in every colouring
  })

  it('names the tasks by their colours', () => {
    const texts = elementsOf(readXml(svgFile(picture)), 'text').map(({ textContent }) => textContent)
    expect(texts).toEqual(expect.arrayContaining(taskNames))
  })
})

describe('batchPage', () => {
  it('is whole without the network, with numbers and the text of every conversation', () => {
    const document = readXml(batchPage(model, taskNames, picture))
    expect(fetchedBy(document)).toEqual([])
    const pictures = elementsOf(document, 'svg').filter((svg) => svg.getAttribute('role') === 'img')
    expect(pictures).toHaveLength(1)
    const cells = elementsOf(document, 'tr').map((row) =>
      [...row.getElementsByTagName('td')].map(({ textContent }) => textContent),
    )
    expect(cells.slice(1)).toEqual([
      ['Chats & talks', '2', '8', '0'],
      ['Sums', '1', '4', '3'],
    ])
    expect(elementsOf(document, 'pre').map(({ textContent }) => textContent)).toEqual([
      '<|bos|> a\nb',
      '<|bos|> a\nbc',
      '<|bos|> a\nbbc',
    ])
  })
})

describe('batchJson', () => {
  it('holds the very ids and mask, row by row, and where each conversation lies', () => {
    const rows = z.array(z.array(z.int()))
    const shape = z.object({ ids: rows, mask: rows, spans: z.array(z.record(z.string(), z.unknown())) })
    const { ids, mask, spans } = shape.parse(JSON.parse(batchJson(model, taskNames)))
    expect(ids.map(({ length }) => length)).toEqual([7, 7])
    expect(ids.flat()).toEqual([...batch.ids])
    expect(mask.flat()).toEqual([...batch.mask])
    expect(spans[1]).toEqual({
      row: 0,
      offset: 3,
      length: 4,
      cropped: 3,
      conversation: 11,
      task: 'Sums',
      task_row: 7,
    })
  })
})

// @vitest-environment happy-dom
/** What the painter asks of a canvas: which rows it draws, and within which bounds. */
import { expect, it } from 'vitest'
import { batchModel } from '../../../../src-renderer/packing/batch-model'
import { tokenClasses } from '../../../../src-renderer/packing/classes'
import { paint, repaintRows } from '../../../../src-renderer/packing/painter'
import { readPalette } from '../../../../src-renderer/theme/palette'
import type { Scene } from '../../../../src-renderer/packing/scene'
import { TEXTURE_ROWS } from '../../../../src-renderer/packing/texture'
import { sampleBatch } from './sample-batch'

const model = batchModel({ ...sampleBatch(), rows: 40 })
const scene: Scene = {
  model,
  classes: tokenClasses(model, 'task', [0, 1], null),
  texture: document.createElement('canvas'),
  palette: readPalette(document.body, 'task'),
  taskNames: ['Chats', 'Sums'],
  patternOfTask: null,
  view: { x: 0, y: 0, sx: 6, sy: 10 },
  size: { width: 42, height: 400 },
  hover: null,
  cursor: null,
  pinned: null,
}

/** A canvas that keeps what is drawn on it: rows of the texture, and rectangles that bound or fill. */
function recorder() {
  const rows: number[] = []
  const rects: number[][] = []
  const record = {
    drawImage: (_: unknown, __: number, y: number) => rows.push((y - 1) / TEXTURE_ROWS),
    rect: (...rect: number[]) => rects.push(rect),
  }
  const context = new Proxy(record, {
    get: (target, name) => Reflect.get(target, name) ?? (() => undefined),
    set: () => true,
  }) as unknown as CanvasRenderingContext2D
  return { context, rows, rects }
}

it('draws every row in sight', () => {
  const { context, rows } = recorder()
  paint(context, scene)
  expect(rows).toEqual(Array.from({ length: 40 }, (_, row) => row))
})

it('draws again only the rows named and what reaches into their bounds', () => {
  const { context, rows, rects } = recorder()
  repaintRows(context, scene, [0, 20])
  expect(rows).toEqual([0, 1, 19, 20, 21])
  expect(rects.filter(([x, , width]) => x === 0 && width === scene.size.width)).toEqual([
    [0, 0, 42, 11],
    [0, 0, 42, 400],
    [0, 198, 42, 13],
    [0, 0, 42, 400],
  ])
})

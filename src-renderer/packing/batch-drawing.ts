/**
 * A packed batch as a drawing of vectors: a strip for each row, coloured as on the screen, with a fine line where a
 * conversation begins, a bar where one was cropped, and padding hatched. Pointing at a conversation says which it is.
 */
import { at, textWidth, type Drawing, type Shape } from '../drawing/drawing'
import { css, type Palette } from '../theme/palette'
import type { BatchModel } from './batch-model'
import { patternOf } from '../theme/colours'
import { tokenClasses } from './classes'
import { hatchShapes, patternShapes } from './hatching'
import { legendOf, pictureTitle, type PictureOptions } from './picture'

const WIDTH = 1600
const [MARGIN, GUTTER, HEAD, FOOT] = [12, 36, 34, 30]
const [STRIP, GAP] = [16, 4]
const SIZE = 12
const CROPPED = 3

/** @param palette the colours of the chosen colouring */
export function batchDrawing(
  model: BatchModel,
  options: Omit<PictureOptions, 'element'>,
  palette: Palette,
): Drawing {
  const { rows } = model.extent
  const title = pictureTitle(model, options.run)
  const classes = tokenClasses(model, options.colouring, options.colourOfTask, options.losses)
  const patterns = options.colouring === 'task' ? options.colourOfTask.map(patternOf) : []
  const bottom = HEAD + rows * (STRIP + GAP)
  return {
    width: WIDTH,
    height: bottom + FOOT,
    title,
    ground: palette.ground,
    shapes: [
      { kind: 'text', x: MARGIN, y: 21, text: title, colour: palette.ink, size: SIZE },
      ...Array.from({ length: rows }, (_, row) =>
        rowShapes(model, row, { classes, palette, taskNames: options.taskNames, patterns }),
      ).flat(),
      ...legendShapes(options, palette, bottom + 18),
    ],
  }
}

interface Look {
  /** Of every token of the batch. */
  classes: Uint8Array
  palette: Palette
  taskNames: readonly string[]
  /** Of tasks, where the colours are theirs. */
  patterns: readonly number[]
}

function rowShapes(model: BatchModel, row: number, { classes, palette, taskNames, patterns }: Look): Shape[] {
  const { columns } = model.extent
  const scale = (WIDTH - 2 * MARGIN - GUTTER) / columns
  const y = HEAD + row * (STRIP + GAP)
  const x = (position: number): number => MARGIN + GUTTER + position * scale
  const box = (from: number, to: number, colour: string): Shape & { kind: 'box' } => {
    return { kind: 'box', x: x(from), y, width: (to - from) * scale, height: STRIP, colour }
  }
  const number: Shape = {
    ...{ kind: 'text', x: MARGIN + GUTTER - 8, y: y + 12, text: String(row), colour: palette.dim },
    ...{ size: SIZE, align: 'end' },
  }
  const strip = stretches(classes.subarray(row * columns, (row + 1) * columns)).map(({ from, to, value }) =>
    box(from, to, css(palette.texture[value] ?? [0, 0, 0])),
  )
  const spans = (model.spansOfRow[row] ?? []).flatMap((span): Shape[] => {
    const { offset, length, cropped, conversation, task } = span
    const end = offset + length
    const lost = cropped > 0 ? `, ${cropped} more cropped` : ''
    const about = `conversation ${conversation}, ${taskNames[task] ?? task}: ${length} tokens${lost}`
    const begin: Shape = {
      kind: 'path',
      d: `M${at(x(offset))} ${at(y)}v${STRIP}`,
      colour: palette.ground,
      width: 1,
    }
    const torn: Shape = { ...box(end, end, palette.warning), x: x(end) - CROPPED, width: CROPPED }
    const pattern = patternShapes(patterns[task] ?? 0, box(offset, end, ''), x(0))
    return [
      ...pattern,
      begin,
      ...(cropped > 0 ? [torn] : []),
      { ...box(offset, end, 'transparent'), title: about },
    ]
  })
  const padFrom = model.batch.pad_from[row] ?? columns
  const padding = padFrom < columns ? hatchShapes(box(padFrom, columns, ''), palette.line) : []
  return [number, ...strip, ...spans, ...padding]
}

/** The stretches of equal values. */
function stretches(values: Uint8Array): { from: number; to: number; value: number }[] {
  const found: { from: number; to: number; value: number }[] = []
  for (const [position, value] of values.entries()) {
    const last = found.at(-1)
    if (last?.value === value) last.to = position + 1
    else found.push({ from: position, to: position + 1, value })
  }
  return found
}

function legendShapes(options: Omit<PictureOptions, 'element'>, palette: Palette, y: number): Shape[] {
  let x = MARGIN
  return legendOf(palette, options).flatMap(({ name, colour, pattern }): Shape[] => {
    const key = { kind: 'box', x, y: y - 9, width: 10, height: 10, colour } as const
    const over = patternShapes(pattern ?? 0, key, x)
    const text: Shape = { kind: 'text', x: x + 16, y, text: name, colour: palette.dim, size: SIZE }
    x += 16 + textWidth(name, SIZE) + 20
    return [key, ...over, text]
  })
}

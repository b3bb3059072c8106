/** Charts that leave the window: what is drawn, and that it says what it is. */
import { describe, expect, it } from 'vitest'

import { PLAIN_CURVES } from '../../../../src-main/contract/contract'
import { chartDrawing, type ChartRequest } from '../../../../src-renderer/charts/chart-drawing'
import { Curve } from '../../../../src-renderer/charts/curve'
import type { LineSeries } from '../../../../src-renderer/charts/line-series'
import type { Shape } from '../../../../src-renderer/drawing/drawing'
import { svgFile } from '../../../../src-renderer/drawing/svg'
import { elementsOf, readXml } from '../../../support/xml'

const colours = {
  dim: '#666',
  line: '#ccc',
  ink: '#111',
  ground: '#fff',
  tone: (tone: string, faded = false) => `${tone}${faded ? ' faded' : ''}`,
}

function line(label: string, values: readonly number[], more: Partial<LineSeries> = {}, smoothing = 0) {
  const points = values.map((y, at) => ({ x: at + 1, y }))
  const curve = new Curve((step) => step, smoothing)
  curve.follow(points)
  return { series: { label, points, tone: 'main' as const, ...more }, curve }
}

const drawn = (lines: ChartRequest['lines'], more: Partial<ChartRequest> = {}) =>
  chartDrawing(
    {
      title: 'Loss',
      unit: 'nats a token',
      lines,
      choices: PLAIN_CURVES,
      stretch: { min: 0, max: 4 },
      yZoom: null,
      yMin: null,
      yMax: null,
      yScale: 'number',
      width: 400,
      height: 200,
      ...more,
    },
    colours,
  )

const texts = (shapes: readonly Shape[]): string[] =>
  shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []))
const clipped = (shapes: readonly Shape[]): readonly Shape[] =>
  shapes.flatMap((shape) => (shape.kind === 'clip' ? shape.shapes : []))

describe('chartDrawing', () => {
  it('says what is drawn over what, with ticks at both axes', () => {
    const { shapes, title } = drawn([line('loss', [4, 3, 2, 1])])
    expect(title).toBe('Loss, nats a token')
    expect(texts(shapes)).toEqual(
      expect.arrayContaining(['Loss', 'nats a token', 'Optimizer steps', '2', '4']),
    )
  })

  it('draws a line through its points, in its colour, within the axes', () => {
    const [path, ...others] = clipped(drawn([line('loss', [4, 2, 4, 2])]).shapes)
    expect(others).toEqual([])
    if (path?.kind !== 'path') throw new Error('no line')
    expect(path.colour).toBe('main')
    const points = path.d
      .slice(1)
      .split('L')
      .map((pair) => pair.split(' ').map(Number))
    expect(points).toHaveLength(4)
    const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = [], [, y3 = 0] = []] = points
    expect(x2 - x1).toBeCloseTo(80, 1) // 320 pixels for four steps
    expect(y2).toBeGreaterThan(y1)
    expect(y3).toBeCloseTo(y1, 6)
  })

  it('breaks a line at a gap, and marks a point that stands alone', () => {
    const shapes = clipped(drawn([line('loss', [1, 2, NaN, 3])]).shapes)
    expect(shapes.map(({ kind }) => kind)).toEqual(['path', 'dot'])
  })

  it('draws what was measured faintly behind what is smoothed', () => {
    const shapes = clipped(drawn([line('loss', [1, 2, 1, 2], {}, 0.9)]).shapes)
    expect(shapes.map((shape) => (shape.kind === 'path' ? shape.colour : ''))).toEqual(['main faded', 'main'])
  })

  it('names several lines in a legend, which takes the room that it needs', () => {
    const names = Array.from({ length: 12 }, (_, at) => `a run with a name of some length, ${String(at)}`)
    const { shapes, height } = drawn(names.map((name) => line('x', [1, 2], { name, dash: 1 })))
    expect(texts(shapes)).toEqual(expect.arrayContaining(names))
    expect(height).toBeGreaterThan(200 + 12 * 10)
    for (const shape of shapes) if (shape.kind === 'text') expect(shape.y).toBeLessThan(height)
    expect(drawn([line('x', [1, 2])]).height).toBe(200)
  })

  it('is a file that can be read, also without a value and on log axes', () => {
    const log = { choices: { ...PLAIN_CURVES, log_x: true, log_y: true }, stretch: { min: 1, max: 4 } }
    for (const lines of [[], [line('loss', [])], [line('loss', [0, -1, 5, 7])]]) {
      expect(() => readXml(svgFile(drawn(lines)))).not.toThrow()
      expect(svgFile(drawn(lines, log))).not.toContain('NaN')
    }
  })

  it('has the signs of what happened where it is in sight, and says what each stands for', () => {
    const marks = [
      { kind: 'save' as const, step: 2, text: 'step 2: checkpoint kept' },
      { kind: 'save' as const, step: 4, text: 'step 4: checkpoint kept' },
      { kind: 'branch' as const, step: 1, text: 'step 1: branched off parent' },
      { kind: 'evaluation' as const, step: 9, text: 'out of sight' },
    ]
    const plain = drawn([line('loss', [4, 2, 4, 2])])
    const drawing = drawn([line('loss', [4, 2, 4, 2])], { marks })
    const document = readXml(svgFile(drawing))
    const said = elementsOf(document, 'path').flatMap((path) => path.textContent || [])
    expect(said.sort()).toEqual([
      'step 1: branched off parent',
      'step 2: checkpoint kept',
      'step 4: checkpoint kept',
    ])
    expect(texts(drawing.shapes)).toEqual([...texts(plain.shapes), 'branched', 'saved'])
    const signs = drawing.shapes.flatMap((shape) => (shape.kind === 'sign' ? [shape.x] : []))
    expect((signs[2] ?? 0) - (signs[1] ?? 0)).toBeCloseTo(160, 1) // two of four steps
    expect(drawing.height).toBeGreaterThan(plain.height)
  })
})

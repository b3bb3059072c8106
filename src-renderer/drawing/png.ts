/** A drawing as PNG: painted on a canvas of its own, with the page's fonts. */
import type { Drawing, Shape } from './drawing'

/** Pixels of the file for one of the drawing, so that it is sharp on fine screens and on paper. */
const SCALE = 2
const FONT = 'system-ui, sans-serif'

/** @throws Error where the page cannot paint it */
export async function pngFile(drawing: Drawing): Promise<Uint8Array> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(drawing.width * SCALE)
  canvas.height = Math.ceil(drawing.height * SCALE)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('The picture could not be painted')
  context.scale(SCALE, SCALE)
  context.fillStyle = drawing.ground
  context.fillRect(0, 0, drawing.width, drawing.height)
  for (const shape of drawing.shapes) paint(context, shape)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error('The picture could not be made')
  return new Uint8Array(await blob.arrayBuffer())
}

function paint(context: CanvasRenderingContext2D, shape: Shape): void {
  switch (shape.kind) {
    case 'text':
      context.fillStyle = shape.colour
      context.font = `${shape.bold ? '600 ' : ''}${shape.size}px ${FONT}`
      context.textAlign = shape.align === 'middle' ? 'center' : (shape.align ?? 'start')
      context.fillText(shape.text, shape.x, shape.y)
      return
    case 'box':
      context.fillStyle = shape.colour
      context.fillRect(shape.x, shape.y, shape.width, shape.height)
      return
    case 'path':
      context.strokeStyle = shape.colour
      context.lineWidth = shape.width
      context.lineJoin = 'round'
      context.setLineDash([...(shape.dash ?? [])])
      context.stroke(new Path2D(shape.d))
      return
    case 'dot':
      context.fillStyle = shape.colour
      context.beginPath()
      context.arc(shape.x, shape.y, shape.radius, 0, 2 * Math.PI)
      context.fill()
      return
    case 'sign':
      paintSign(context, shape)
      return
    case 'clip': {
      const { x, y, width, height } = shape.within
      context.save()
      context.beginPath()
      context.rect(x, y, width, height)
      context.clip()
      for (const inner of shape.shapes) paint(context, inner)
      context.restore()
    }
  }
}

function paintSign(
  context: CanvasRenderingContext2D,
  { d, x, y, scale, colour }: Extract<Shape, { kind: 'sign' }>,
): void {
  context.save()
  context.translate(x, y)
  context.scale(scale, scale)
  context.fillStyle = colour
  context.fill(new Path2D(d))
  context.restore()
}

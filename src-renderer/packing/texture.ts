/**
 * A batch as an image of one pixel per token. Zoomed out, the canvas only scales this image and draws no single tokens.
 */
import type { Rgb } from '../theme/palette'

/** RGBA bytes, [rows * columns * 4], from classes [rows * columns] and the colour of each class. */
export function texturePixels(classes: Uint8Array, colours: readonly Rgb[]): Uint8ClampedArray<ArrayBuffer> {
  const table = new Uint32Array(colours.map(littleEndianPixel))
  const pixels = new Uint32Array(classes.length)
  for (let at = 0; at < classes.length; at++) pixels[at] = table[classes[at] ?? 0] ?? 0
  return new Uint8ClampedArray(pixels.buffer)
}

function littleEndianPixel([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}

/**
 * Image rows per batch row. Scaling blends neighbours, so each row lies between two copies, and only the middle is
 * drawn.
 */
export const TEXTURE_ROWS = 3

/** The image as a canvas to draw from, {@link TEXTURE_ROWS} image rows per row; null where the page cannot make one. */
export function textureCanvas(
  classes: Uint8Array,
  colours: readonly Rgb[],
  columns: number,
  rows: number,
): HTMLCanvasElement | null {
  const canvas = document.createElement('canvas')
  canvas.width = columns
  canvas.height = rows * TEXTURE_ROWS
  const context = canvas.getContext('2d')
  if (!context) return null
  const image = new ImageData(texturePixels(classes, colours), columns, rows)
  // putImageData keeps a row's place in the image, so the offset given moves it from `row` to row * 3 + copy.
  for (let row = 0; row < rows; row++) {
    for (let copy = 0; copy < TEXTURE_ROWS; copy++) {
      context.putImageData(image, 0, row * (TEXTURE_ROWS - 1) + copy, 0, row, columns, 1)
    }
  }
  return canvas
}

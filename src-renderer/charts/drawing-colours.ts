/** The colours of drawings that leave the window. */
import { chartColours } from './chart'
import type { DrawingColours } from './chart-drawing'

/** @param read gives a property's colour, for now only (theme/palette.ts) */
export function drawingColours(read: (property: string) => string): DrawingColours {
  return { ...chartColours(read), ground: read('--ground'), ink: read('--ink') }
}

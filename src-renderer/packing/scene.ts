/**
 * What is drawn of a batch and where things lie in it, in pixels of the plot. The code that draws rows and the code
 * that draws around them share it.
 */
import type { BatchView, Span } from '../api/types'
import type { BatchModel } from './batch-model'
import type { Palette } from '../theme/palette'
import type { Cell, Size, Viewport } from './viewport'

/** Left of the plot: row numbers. Above it: positions. */
export const GUTTER = 34
export const RULER = 20
/** Between one row and the next. */
export const ROW_GAP = 1
export const FONT = '10.5px Mono, monospace'
/** Width of a character of that face, in pixels: all are equally wide. */
export const CHARACTER = 6.3

/** The parts of a batch that are drawn. */
export type PaintedBatch = Pick<BatchModel, 'extent' | 'spansOfRow' | 'tokens'> & {
  batch: Pick<BatchView, 'ids' | 'pad_from'> & Partial<Pick<BatchView, 'targets'>>
}

/** What is outlined. */
export interface Marks {
  hover: Cell | null
  cursor: Cell | null
  pinned: Span | null
}

export interface Scene extends Marks {
  model: PaintedBatch
  classes: Uint8Array
  texture: HTMLCanvasElement
  palette: Palette
  /** Names of the tasks by their index, for labels. */
  taskNames: readonly string[]
  /** Pattern number of each task; null where colour does not stand for tasks. */
  patternOfTask: readonly number[] | null
  view: Viewport
  /** The plot, without gutter and ruler. */
  size: Size
}

export type Context = CanvasRenderingContext2D

/** Where a position of the rows lies across the plot. */
export const left = (scene: Scene, position: number): number => (position - scene.view.x) * scene.view.sx
/** Where a row begins. */
export const top = (scene: Scene, row: number): number => Math.round((row - scene.view.y) * scene.view.sy)
/** A row's height without the gap to the next. */
export const heightOf = (scene: Scene, row: number): number => top(scene, row + 1) - top(scene, row) - ROW_GAP

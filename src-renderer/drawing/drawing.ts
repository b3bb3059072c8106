/**
 * A picture as a list of shapes, so that a file of vectors and a file of pixels show the same. Places and sizes are
 * pixels from the top left; what is first in a list lies under what follows.
 */

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export type Shape =
  | {
      kind: 'text'
      x: number
      /** Of the line that letters stand on. */
      y: number
      text: string
      colour: string
      size: number
      align?: 'start' | 'middle' | 'end'
      bold?: boolean
    }
  | ({
      kind: 'box'
      colour: string
      /** What it stands for, shown where it is pointed at. */ title?: string
    } & Box)
  /** `d` as in SVG: "M0 0L10 5". */
  | { kind: 'path'; d: string; colour: string; width: number; dash?: readonly number[] }
  | { kind: 'dot'; x: number; y: number; radius: number; colour: string }
  /** A filled outline of paths in a box of its own, moved to a place and scaled. */
  | {
      kind: 'sign'
      d: string
      x: number
      y: number
      scale: number
      colour: string
      title?: string | undefined
    }
  /** Shapes of which only what lies in the box shows. */
  | { kind: 'clip'; within: Box; shapes: readonly Shape[] }

export interface Drawing {
  width: number
  height: number
  /** What it shows, for those who cannot see it. */
  title: string
  ground: string
  shapes: readonly Shape[]
}

/** A coordinate with as many digits as a screen can show. */
export const at = (value: number): string => String(Math.round(value * 100) / 100)

/** About the width of a text in the system's font. */
export const textWidth = (text: string, size: number): number => text.length * size * 0.56

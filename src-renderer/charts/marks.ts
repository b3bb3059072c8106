/**
 * What happened to a run besides its steps: drawn as small signs on the x axis of its large charts, each kind with a shape
 * of its own.
 */
import type { XChoice } from './x-axes'
import type { StepToX } from './curve'
import type { Area, View } from './view'

export type MarkKind = 'evaluation' | 'save' | 'sample' | 'pause' | 'resume' | 'branch'

export interface Mark {
  kind: MarkKind
  /** After so many steps. */
  step: number
  /** What it was, for people: "saved", "paused for 3 min". */
  text: string
  /** Where the step lies along an x. @default at its number */
  along?: (x: XChoice) => StepToX
}

/** The signs, as paths in a box of 8 × 8. */
export const MARK_SIGNS: Readonly<Record<MarkKind, { name: string; path: string }>> = {
  evaluation: { name: 'evaluated', path: 'M4 1.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 0 1 0-5.6z' },
  save: { name: 'saved', path: 'M1.5 1.5h5v5h-5z' },
  sample: { name: 'answers', path: 'M4 .8L7.2 4 4 7.2.8 4z' },
  pause: { name: 'paused', path: 'M1.5 1h1.6v6H1.5zM4.9 1h1.6v6H4.9z' },
  resume: { name: 'resumed', path: 'M1.5 1l5.5 3-5.5 3z' },
  branch: { name: 'branched', path: 'M3.2 7.5V4L.8 1.2 2 .4 4 2.8 6 .4l1.2.8L4.8 4v3.5z' },
}

export interface PlacedMark {
  kind: MarkKind
  /** Pixels across the canvas. */
  left: number
  /** Everything that the sign stands for, one line each. */
  texts: string[]
}

/** Pixels across a sign. */
export const SIGN_SIZE = 9
/** Where the signs of a kind are: rows above the axis, or beside the place at the top. */
const ROWS: Partial<Record<MarkKind, number>> = { evaluation: 0, save: 1, sample: 2 }
const BESIDE: Partial<Record<MarkKind, number>> = { pause: -SIGN_SIZE / 2, resume: SIGN_SIZE / 2 }

/** The top left corner of a sign. */
export function placeOfMark({ kind, left }: PlacedMark, area: Area): { x: number; y: number } {
  const row = ROWS[kind]
  const y = row === undefined ? area.top : area.bottom - (row + 0.5) * SIGN_SIZE
  return { x: left + (BESIDE[kind] ?? 0) - SIGN_SIZE / 2, y }
}

/** Pixels between two signs of a kind, below which one stands for both. */
const APART = 9

/** The signs that a view has in sight, from left to right, over a choice of x. */
export function marksIn(marks: readonly Mark[], x: XChoice, view: View): PlacedMark[] {
  const last = new Map<MarkKind, PlacedMark>()
  const placed: PlacedMark[] = []
  for (const mark of [...marks].sort((a, b) => a.step - b.step)) {
    const at = mark.along?.(x)(mark.step) ?? mark.step
    if (!view.shows(at)) continue
    const left = view.pixelX(at)
    const before = last.get(mark.kind)
    if (before && left - before.left < APART) before.texts.push(mark.text)
    else {
      const sign = { kind: mark.kind, left, texts: [mark.text] }
      last.set(mark.kind, sign)
      placed.push(sign)
    }
  }
  return placed
}

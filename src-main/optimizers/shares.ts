/**
 * Which part of the parameters each of several ranks updates, and so of which it keeps the optimizers' state: ZeRO
 * (Rajbhandari et al., arXiv 1910.02054), in the shares of the reference (docs/REFERENCE.md §4).
 *
 * AdamW's parameters are shared out by rows, every rank taking as many; Muon's matrices of one shape in turn, since each
 * is orthogonalised as a whole. What is small, or has rows that the ranks do not divide, is not shared out: every rank
 * updates it. Together the updates of all shares are the whole update, to the bit.
 */
import type { ParameterGroup } from './groups'
import { KEPT } from './kept'

/** Which of the ranks this is. */
export interface Place {
  rank: number
  worldSize: number
}

/** How a parameter is shared out: by its rows, or as the matrix at a place in a stack of one shape. */
type SharedOut = { by: 'rows' } | { by: 'turns'; stack: readonly string[]; index: number }

/** The share of one rank. */
export interface Share extends Place {
  /** By parameter; every rank updates one that is not in it. */
  sharedOut: ReadonlyMap<string, SharedOut>
}

type Shape = readonly number[]
type Shapes = ReadonlyMap<string, Shape>

/** Parameters of AdamW with fewer numbers are not shared out. */
const LEAST_NUMBERS = 1024

/** @param shapes of all parameters */
export function shareOf(groups: readonly ParameterGroup[], shapes: Shapes, place: Place): Share {
  const sharedOut = new Map<string, SharedOut>()
  for (const { kind, names } of groups) {
    if (kind === 'adamw') {
      const large = names.filter((name) => hasShares(shapes.get(name), place))
      for (const name of large) sharedOut.set(name, { by: 'rows' })
    } else {
      for (const stack of byShape(names, shapes))
        for (const [index, name] of stack.entries()) sharedOut.set(name, { by: 'turns', stack, index })
    }
  }
  return { rank: place.rank, worldSize: place.worldSize, sharedOut }
}

function hasShares(shape: Shape = [], { worldSize }: Place): boolean {
  const [rows = 1] = shape
  return elements(shape) >= LEAST_NUMBERS && rows % worldSize === 0
}

function byShape(names: readonly string[], shapes: Shapes): string[][] {
  const stacks = new Map<string, string[]>()
  for (const name of names) {
    const shape = String(shapes.get(name))
    stacks.set(shape, [...(stacks.get(shape) ?? []), name])
  }
  return [...stacks.values()]
}

/** Whether a rank updates a parameter, or rows of it. */
export function isOwn(name: string, { sharedOut, rank, worldSize }: Share): boolean {
  const how = sharedOut.get(name)
  return how?.by !== 'turns' || how.index % worldSize === rank
}

/** The groups with the parameters that a rank updates. */
export function ownGroups(groups: readonly ParameterGroup[], share: Share): ParameterGroup[] {
  return groups.map((group) => ({ ...group, names: group.names.filter((name) => isOwn(name, share)) }))
}

/** Shapes of what a rank updates of each parameter; those of which it updates nothing are left out. */
export function ownShapes(shapes: Shapes, share: Share): Map<string, Shape> {
  const own = [...shapes].filter(([name]) => isOwn(name, share))
  return new Map(
    own.map(([name, shape]) => {
      const isCut = share.sharedOut.get(name)?.by === 'rows'
      return [name, isCut ? [ownRows(shape, share).count, ...shape.slice(1)] : shape]
    }),
  )
}

/** The rows that a rank has of an array of R rows: the first, and their number. */
export function ownRows([rows = 1]: Shape, { rank, worldSize }: Place): { first: number; count: number } {
  const count = rows / worldSize
  return { first: rank * count, count }
}

/** The matrices of a stack that come at one turn, one a rank, in the order of the ranks; the last turn may have fewer. */
export function turnOf(stack: readonly string[], turn: number, { worldSize }: Place): string[] {
  return stack.slice(turn * worldSize, (turn + 1) * worldSize)
}

/** Bytes of the arrays that the optimizers keep. */
export function stateBytes(groups: readonly ParameterGroup[], shapes: Shapes): number {
  let numbers = 0
  for (const { kind, names } of groups)
    for (const shapeFor of Object.values(KEPT[kind].arrays))
      for (const name of names) numbers += elements(shapeFor(shapes.get(name) ?? []))
  return 4 * numbers
}

/** Bytes of the arrays that the optimizers keep of one share. */
export function shareBytes(groups: readonly ParameterGroup[], shapes: Shapes, place: Place): number {
  const share = shareOf(groups, shapes, place)
  return stateBytes(ownGroups(groups, share), ownShapes(shapes, share))
}

function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

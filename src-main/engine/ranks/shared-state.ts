/**
 * The optimizers' state between its whole form, as checkpoints hold it, and the share of one rank.
 *
 * Ranks put their shares together one array after another, all in the same order, so that none needs more room than for
 * a few arrays besides what it keeps.
 */
import { ownPart } from '../../checkpoint/optimizer-shares'
import type { FloatArray } from '../../checkpoint/types'
import type { ParameterGroup } from '../../optimizers/groups'
import { KEPT } from '../../optimizers/kept'
import { isOwn, type Share, turnOf } from '../../optimizers/shares'
import { stateName } from '../../optimizers/state'

type Arrays = ReadonlyMap<string, FloatArray>
type Shapes = ReadonlyMap<string, readonly number[]>

/** A rank's share of a whole state; it shares the memory of that. */
export function ownState(
  whole: Arrays,
  groups: readonly ParameterGroup[],
  share: Share,
): Map<string, FloatArray> {
  const own = new Map<string, FloatArray>()
  for (const { name, parameter, isCounter } of entriesOf(groups)) {
    const array = whole.get(name)
    if (array === undefined || !isOwn(parameter, share)) continue
    own.set(name, isCounter ? array : ownPart(parameter, array, share))
  }
  return own
}

/**
 * The whole state, in the order in which an engine that shares nothing has it. All ranks go through it together.
 *
 * @param own an array of this rank's share
 * @param shapes of all parameters
 * @param gather the data of all ranks, by rank, for as much of each
 */
export function* wholeState(
  own: (name: string) => FloatArray,
  groups: readonly ParameterGroup[],
  shapes: Shapes,
  share: Share,
  gather: (data: Float32Array) => readonly Float32Array[],
): Generator<[name: string, array: FloatArray]> {
  const told = new Map<string, FloatArray>()
  for (const { name, parameter, entry, isCounter, shapeFor } of entriesOf(groups)) {
    const how = isCounter ? undefined : share.sharedOut.get(parameter)
    if (how === undefined) yield [name, own(name)]
    else if (how.by === 'rows') yield [name, joined(own(name), gather)]
    else {
      if (!told.has(name)) {
        const matrices = turnOf(how.stack, Math.floor(how.index / share.worldSize), share)
        const shape = [...shapeFor(shapes.get(parameter) ?? [])]
        const mine = matrices[share.rank]
        const data = mine === undefined ? new Float32Array(elements(shape)) : own(stateName(mine, entry)).data
        gather(data)
          .slice(0, matrices.length)
          .forEach((each, rank) => {
            told.set(stateName(matrices[rank] ?? '', entry), { shape, data: each })
          })
      }
      const array = told.get(name)
      if (array === undefined) throw new Error(`no rank has ${name}`)
      told.delete(name)
      yield [name, array]
    }
  }
}

/** The rows of all ranks after one another. */
function joined(
  { shape: [count = 1, ...rest], data }: FloatArray,
  gather: (data: Float32Array) => readonly Float32Array[],
): FloatArray {
  const parts = gather(data)
  const whole = new Float32Array(data.length * parts.length)
  parts.forEach((part, rank) => {
    whole.set(part, rank * data.length)
  })
  return { shape: [count * parts.length, ...rest], data: whole }
}

interface StateEntry {
  name: string
  parameter: string
  entry: string
  /** Whether it is the number of steps, which every rank counts. */
  isCounter: boolean
  shapeFor: (shape: readonly number[]) => readonly number[]
}

/** Everything that the optimizers store, in the order in which `initOptimizer` makes it. */
function* entriesOf(groups: readonly ParameterGroup[]): Generator<StateEntry> {
  for (const { kind, names } of groups) {
    const { arrays, counts } = KEPT[kind]
    for (const parameter of names) {
      const named = (entry: string) => ({ name: stateName(parameter, entry), parameter, entry })
      if (counts) yield { ...named('step'), isCounter: true, shapeFor: () => [] }
      for (const [entry, shapeFor] of Object.entries(arrays))
        yield { ...named(entry), isCounter: false, shapeFor }
    }
  }
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

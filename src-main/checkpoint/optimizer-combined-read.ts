/**
 * Reads the optimizers' state in nanochat's form since 29 January 2026 (optimizer-combined.ts), checked against the model's
 * groups and shapes.
 *
 * Trained on several ranks, each rank saves its share: of a large parameter of AdamW's some rows, of a stack of Muon's
 * some matrices, the last ones filled up with zeros; what is small is whole on every rank. Put after one another they are
 * what a single process saves.
 */
import type { ParameterGroup } from '../optimizers/groups'
import { KEPT, restoredGroup } from '../optimizers/kept'
import type { MidbenchError } from '../errors'
import { type CombinedGroup, combinedGroups, type Dict, type Shapes } from './optimizer-combined'
import { joined, sharesOf } from './optimizer-shares'
import { entriesOf, type TorchTensor, type TorchValue } from './torch-value'
import type { FloatArray, OptimizerStates } from './types'

/**
 * All of a state.
 *
 * @param roots what each rank's file holds, by rank; one for a whole state
 * @param fail makes the error for a reason
 */
export async function readCombined(
  roots: readonly TorchValue[],
  groups: readonly ParameterGroup[],
  shapes: Shapes,
  fail: (reason: string) => MidbenchError,
): Promise<OptimizerStates> {
  const saved = new SavedCombined(roots, combinedGroups(groups, shapes), fail)
  const memory = new Map<string, Map<string, FloatArray>>()
  for (const array of saved.arrays(shapes)) {
    for (const [name, part] of await saved.read(array)) {
      memory.set(name, (memory.get(name) ?? new Map<string, FloatArray>()).set(array.entry, part))
    }
  }
  return { ...saved.settings(groups), memory }
}

/** The groups with the file's settings. Checks all that {@link readCombined} does, by the shapes, without reading data. */
export function readCombinedGroups(
  roots: readonly TorchValue[],
  groups: readonly ParameterGroup[],
  shapes: Shapes,
  fail: (reason: string) => MidbenchError,
): ParameterGroup[] {
  const saved = new SavedCombined(roots, combinedGroups(groups, shapes), fail)
  for (const array of saved.arrays(shapes)) saved.shares(array)
  return saved.settings(groups).groups
}

/** An array that a state has: of one parameter, or of several of one shape that are stacked. */
interface SavedArray {
  /** Where it is kept: under this parameter's number and this name. */
  number: number
  entry: string
  names: readonly string[]
  isStacked: boolean
  shape: readonly number[]
}

/** MuonAdamW's state_dict, whose groups have been checked against the model's. */
class SavedCombined {
  /** By rank; what is not shared out is read from the first. */
  private readonly states: readonly Dict[]
  private readonly groups: Dict[]
  /** Whether a step has been made. */
  readonly remembers: boolean

  constructor(
    roots: readonly TorchValue[],
    readonly layout: readonly CombinedGroup[],
    private readonly fail: (reason: string) => MidbenchError,
  ) {
    const groups = entriesOf(roots[0] ?? null)?.get('param_groups')
    const states = roots.map((root) => entriesOf(entriesOf(root)?.get('state') ?? null))
    this.states = states.filter((state) => state !== undefined)
    if (!Array.isArray(groups) || this.states.length !== roots.length)
      throw fail('it holds no state of MuonAdamW')
    this.groups = groups.map((group) => entriesOf(group) ?? new Map<TorchValue, TorchValue>())
    this.remembers = (this.states[0]?.size ?? 0) > 0
    layout.forEach((group, i) => {
      this.requireGroup(group, i)
    })
    if (this.groups.length !== layout.length) {
      throw fail(`it has ${String(this.groups.length)} groups in place of ${String(layout.length)}`)
    }
  }

  private requireGroup({ names, first, like }: CombinedGroup, i: number): void {
    const numbers = this.groups[i]?.get('params')
    const isExpected =
      Array.isArray(numbers) &&
      numbers.length === names.length &&
      numbers.every((number, n) => number === first + n) &&
      this.groups[i]?.get('kind') === like.kind
    if (isExpected) return
    const there = Array.isArray(numbers) ? `, but ${String(numbers.length)} parameters of another form` : ''
    throw this.fail(`group ${String(i)} does not hold ${like.label} (${names.join(', ')})${there}`)
  }

  /** Our groups with the file's rates, and the settings that all of them share. */
  settings(groups: readonly ParameterGroup[]): Omit<OptimizerStates, 'memory'> {
    const firstMuon = this.layout.findIndex(({ like }) => like.kind === 'muon')
    const initial = this.number(0, 'initial_lr')
    return {
      groups: groups.map((group) => this.withRates(group)),
      steps: this.steps(),
      lrMultiplier: initial === 0 ? 1 : this.number(0, 'lr') / initial,
      momentum: this.number(firstMuon, 'momentum'),
    }
  }

  private withRates(group: ParameterGroup): ParameterGroup {
    const at = this.layout.findIndex(({ names }) => names.includes(group.names[0] ?? ''))
    return restoredGroup(group, {
      number: (key) => this.number(at, key),
      pair: (key) => this.pair(at, key),
    })
  }

  private steps(): number {
    if (!this.remembers) return 0
    const steps = entriesOf(this.states[0]?.get(0) ?? null)?.get('step')
    if (typeof steps !== 'number' || !Number.isSafeInteger(steps)) throw this.fail('AdamW has no step count')
    return steps
  }

  private number(group: number, key: string): number {
    const value = this.groups[group]?.get(key)
    if (typeof value !== 'number') throw this.fail(`group ${String(group)} has no ${key}`)
    return value
  }

  private pair(group: number, key: string): [number, number] {
    const value = this.groups[group]?.get(key)
    const [first, second] = Array.isArray(value) ? value : []
    if (typeof first !== 'number' || typeof second !== 'number')
      throw this.fail(`group ${String(group)} has no ${key}`)
    return [first, second]
  }

  /** The arrays that there must be. */
  *arrays(shapes: Shapes): Generator<SavedArray> {
    for (const { names, first, like } of this.remembers ? this.layout : []) {
      const { arrays, stacked: isStacked } = KEPT[like.kind]
      for (const [entry, shapeFor] of Object.entries(arrays)) {
        const shapeOf = (name = ''): readonly number[] => shapeFor(shapes.get(name) ?? [])
        if (isStacked) {
          yield { number: first, entry, names, isStacked, shape: [names.length, ...shapeOf(names[0])] }
          continue
        }
        for (const [i, name] of names.entries()) {
          yield { number: first + i, entry, names: [name], isStacked, shape: shapeOf(name) }
        }
      }
    }
  }

  /** The array of each of its parameters. */
  async read(array: SavedArray): Promise<[name: string, part: FloatArray][]> {
    const { names, isStacked, shape } = array
    const data = await joined(this.shares(array), shape, labelOf(array))
    const size = data.length / names.length
    return names.map((name, i) => [
      name,
      isStacked
        ? { shape: shape.slice(1), data: data.slice(i * size, (i + 1) * size) }
        : { shape: [...shape], data },
    ])
  }

  /** The tensors that an array is in, checked by their shapes. */
  shares(array: SavedArray): TorchTensor[] {
    const tensors = this.states.map((state) => entriesOf(state.get(array.number) ?? null)?.get(array.entry))
    return sharesOf(tensors, array.shape, labelOf(array), this.fail)
  }
}

function labelOf({ entry, names }: SavedArray): string {
  return `${entry} of ${names[0] ?? ''}`
}

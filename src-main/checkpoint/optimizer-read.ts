/**
 * Reads `optim_*_rank0.pt`, ours or nanochat's: two state_dicts, AdamW's and Muon's; from a later nanochat, one
 * (optimizer-combined-read.ts). Several ranks share either form out over `rank0`, `rank1` and so on (optimizer-dealt.ts for
 * the first). Everything is checked against the model's groups and shapes before it is returned.
 */
import { MidbenchError } from '../errors'
import type { ParameterGroup } from '../optimizers/groups'
import { groupsOfKind, KEPT, restoredGroup, type Kind } from '../optimizers/kept'
import { readCombined, readCombinedGroups } from './optimizer-combined-read'
import { dealtGroups, type DealtGroup } from './optimizer-dealt'
import { joined, sharesOf } from './optimizer-shares'
import { withTorchFile } from './torch-read'
import { arrayOf, entriesOf, TorchTensor, type TorchValue } from './torch-value'
import type { FloatArray, OptimizerStates, ParameterMemory } from './types'

type Dict = Map<TorchValue, TorchValue>
type Shapes = ReadonlyMap<string, readonly number[]>

/**
 * The optimizers' states for the parameters of `groups`. Learning rates and other settings come from the file.
 *
 * @param paths the files of all ranks, by rank
 * @param groups of the model that the states are for, in nanochat's order
 * @param shapes of all parameters
 * @throws MidbenchError `checkpoint.optimizer` where the file's groups, parameters or shapes are not those of the
 * model; what {@link openTorchFile} throws
 */
export function readOptimizerFile(
  paths: readonly string[],
  groups: readonly ParameterGroup[],
  shapes: Shapes,
): Promise<OptimizerStates> {
  return withTorchFiles(paths, async (roots) => {
    const [root = null] = roots
    const fail = failureAt(paths)
    if (!Array.isArray(root)) return readCombined(roots, groups, shapes, fail)
    const { adamw, muon } = separateStates(roots, groups, shapes, fail)
    return {
      groups: [...adamw.groups(), ...muon.groups()],
      steps: await adamw.steps(),
      lrMultiplier: adamw.lrMultiplier(),
      momentum: muon.number('momentum'),
      memory: new Map([...(await adamw.memories(shapes)), ...(await muon.memories(shapes))]),
    }
  })
}

/**
 * The groups with the file's settings. What the files of all ranks remember is checked by its shapes, without reading
 * it: milliseconds.
 *
 * @throws as {@link readOptimizerFile}
 */
export function readOptimizerGroups(
  paths: readonly string[],
  groups: readonly ParameterGroup[],
  shapes: Shapes,
): Promise<ParameterGroup[]> {
  return withTorchFiles(paths, async (roots) => {
    const [root = null] = roots
    const fail = failureAt(paths)
    if (!Array.isArray(root)) return readCombinedGroups(roots, groups, shapes, fail)
    const { adamw, muon } = separateStates(roots, groups, shapes, fail)
    adamw.requireShapes(shapes)
    muon.requireShapes(shapes)
    return [...adamw.groups(), ...muon.groups()]
  })
}

/** @param roots by rank */
function separateStates(
  roots: readonly TorchValue[],
  groups: readonly ParameterGroup[],
  shapes: Shapes,
  fail: (reason: string) => MidbenchError,
): { adamw: SavedOptimizer; muon: SavedOptimizer } {
  const pairs = roots.map((root) => (Array.isArray(root) && root.length === 2 ? root : []))
  const isDealt = hasZeroBuffer(pairs[0]?.[1])
  const saved = (kind: Kind, at: number): SavedOptimizer => {
    const byName = groupsOfKind(groups, kind)
    const layout = isDealt
      ? dealtGroups(kind, groups, shapes)
      : byName.map((like) => ({ like, names: like.names }))
    return new SavedOptimizer(pairs.map((pair) => pair[at]), kind, byName, layout, fail) // prettier-ignore
  }
  return { adamw: saved('adamw', 0), muon: saved('muon', 1) }
}

/** Whether Muon's groups are those of several ranks, which keep a buffer of zeros. */
function hasZeroBuffer(muon: TorchValue | undefined): boolean {
  const groups = entriesOf(muon ?? null)?.get('param_groups')
  return Array.isArray(groups) && entriesOf(groups[0] ?? null)?.has('zero_buffer') === true
}

/** Opens files, uses what they hold, and closes them. */
function withTorchFiles<T>(
  [path, ...others]: readonly string[],
  use: (roots: TorchValue[]) => Promise<T>,
): Promise<T> {
  if (path === undefined) return use([])
  return withTorchFile(path, (root) => withTorchFiles(others, (roots) => use([root, ...roots])))
}

/** One optimizer's state_dict of every rank, with its parameter numbers resolved to names. */
class SavedOptimizer {
  /** The settings of a parameter's group. */
  private readonly settings = new Map<string, Dict>()
  /** What each rank remembers of a parameter; one that some rank remembers has an entry. */
  private readonly memory = new Map<string, (Dict | undefined)[]>()
  private readonly label: string

  /** @param values by rank. @param expected our groups. @param layout the groups that the file must have */
  constructor(
    values: readonly (TorchValue | undefined)[],
    private readonly kind: Kind,
    private readonly expected: readonly ParameterGroup[],
    private readonly layout: readonly DealtGroup[],
    private readonly fail: (reason: string) => MidbenchError,
  ) {
    this.label = KEPT[kind].label
    const names = layout.flatMap((group) => group.names)
    for (const [rank, value] of values.entries()) this.readRank(value, rank, values.length, names)
    if (this.memory.size !== 0 && this.memory.size !== names.length) {
      const part = `${String(this.memory.size)} of ${String(names.length)} parameters`
      throw fail(`${this.label} knows ${part}${this.isDealt() ? ': the file of a rank is missing' : ''}`)
    }
  }

  private isDealt(): boolean {
    return [...this.settings.values()].some((settings) => settings.has('zero_buffer'))
  }

  private readRank(
    value: TorchValue | undefined,
    rank: number,
    ranks: number,
    names: readonly string[],
  ): void {
    const entries = value === undefined ? undefined : entriesOf(value)
    const saved = entries?.get('param_groups')
    const state = entriesOf(entries?.get('state') ?? null)
    if (!Array.isArray(saved) || state === undefined) throw this.fail(`it holds no state of ${this.label}`)
    if (rank === 0) this.readGroups(saved)
    for (const [number, memory] of state) {
      const name = typeof number === 'number' ? names[number] : undefined
      const dict = entriesOf(memory)
      if (name === undefined || dict === undefined)
        throw this.fail(`${this.label} remembers a parameter that is in none of its groups`)
      const ofRanks = this.memory.get(name) ?? new Array<undefined>(ranks).fill(undefined)
      this.memory.set(name, ofRanks.with(rank, dict))
    }
  }

  /** Our groups with the file's settings. */
  groups(): ParameterGroup[] {
    return this.expected.map((group) => {
      const [name = ''] = group.names
      return restoredGroup(group, {
        number: (key) => this.number(key, name),
        pair: (key) => this.pair(key, name),
      })
    })
  }

  lrMultiplier(): number {
    const initial = this.number('initial_lr')
    return initial === 0 ? 1 : this.number('lr') / initial
  }

  /** @param name a parameter of the group. @default one of the first */
  number(key: string, name = this.layout[0]?.names[0] ?? ''): number {
    const value = this.settings.get(name)?.get(key)
    if (typeof value !== 'number') throw this.fail(`${this.label} has no ${key}`)
    return value
  }

  private pair(key: string, name: string): [number, number] {
    const value = this.settings.get(name)?.get(key)
    const [first, second] = Array.isArray(value) ? value : []
    if (typeof first !== 'number' || typeof second !== 'number')
      throw this.fail(`${this.label} has no ${key}`)
    return [first, second]
  }

  /** AdamW counts its steps for each parameter; all counts are the same. */
  async steps(): Promise<number> {
    const counts = new Set<number>()
    for (const memory of [...this.memory.values()].flat()) {
      if (memory === undefined) continue
      const step = memory.get('step')
      const value = step instanceof TorchTensor ? (await arrayOf(step)).data[0] : step
      counts.add(Number(value ?? NaN))
    }
    const [steps = 0] = counts
    if (counts.size > 1 || !Number.isSafeInteger(steps)) throw this.fail(`${this.label} has no step count`)
    return steps
  }

  async memories(shapes: Shapes): Promise<Map<string, ParameterMemory>> {
    const memories = new Map<string, ParameterMemory>()
    for (const [name, saved] of this.memory) {
      const memory = new Map<string, FloatArray>()
      for (const { entry, what, shape, shares } of this.arrays(name, saved, shapes))
        memory.set(entry, { shape, data: await joined(shares, shape, what) })
      memories.set(name, memory)
    }
    return memories
  }

  /** Checks what {@link memories} would read. */
  requireShapes(shapes: Shapes): void {
    for (const [name, saved] of this.memory) this.arrays(name, saved, shapes)
  }

  private arrays(name: string, memory: readonly (Dict | undefined)[], shapes: Shapes) {
    return Object.entries(KEPT[this.kind].arrays).map(([entry, shapeFor]) => {
      const [what, shape] = [`${entry} of ${name}`, [...shapeFor(shapes.get(name) ?? [])]]
      const shares = sharesOf(memory.map((each) => each?.get(entry)), shape, what, this.fail) // prettier-ignore
      return { entry, what, shape, shares }
    })
  }

  private readGroups(groups: readonly TorchValue[]): void {
    let first = 0
    for (const [i, { names, like }] of this.layout.entries()) {
      const settings = entriesOf(groups[i] ?? null)
      const numbers = settings?.get('params')
      const isExpected =
        Array.isArray(numbers) &&
        numbers.length === names.length &&
        numbers.every((number, n) => number === first + n)
      if (settings === undefined || !isExpected) {
        throw this.fail(
          `group ${String(i)} of ${this.label} does not hold ${like.label} (${names.join(', ')})`,
        )
      }
      for (const name of names) this.settings.set(name, settings)
      first += names.length
    }
    if (groups.length !== this.layout.length) throw this.fail(`${this.label} has other groups`)
  }
}

/** Makes the error of files for a reason. */
function failureAt([path = '']: readonly string[]): (reason: string) => MidbenchError {
  return (reason) => refused(path, reason)
}

function refused(path: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'checkpoint.optimizer',
    message: `${path}: the optimizers' state is not of this model: ${reason}. Nothing of it was loaded.`,
    remedy:
      'Start from the model alone (load_optimizer: false), or put the file beside it that was saved with it.',
  })
}

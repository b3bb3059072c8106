/**
 * Reads `optim_*_rank0.pt`, ours or nanochat's: two state_dicts, AdamW's and Muon's; from a later nanochat, one
 * (optimizer-combined-read.ts), which several ranks share out over `rank0`, `rank1` and so on. Everything is checked against
 * the model's groups and shapes before it is returned. (The two state_dicts of several ranks have other groups; they are
 * refused.)
 */
import { MidbenchError } from '../errors'
import type { ParameterGroup } from '../optimizers/groups'
import { groupsOfKind, KEPT, restoredGroup, type Kind } from '../optimizers/kept'
import { readCombined, readCombinedGroups } from './optimizer-combined-read'
import { floatsOf } from './state-dict'
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
    const { adamw, muon } = separateStates(root, groups, roots.length, fail)
    return {
      groups: [...adamw.groups(), ...muon.groups()],
      steps: await adamw.steps(),
      lrMultiplier: adamw.lrMultiplier(),
      momentum: muon.number(0, 'momentum'),
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
    const { adamw, muon } = separateStates(root, groups, roots.length, fail)
    adamw.requireShapes(shapes)
    muon.requireShapes(shapes)
    return [...adamw.groups(), ...muon.groups()]
  })
}

function separateStates(
  root: readonly TorchValue[],
  groups: readonly ParameterGroup[],
  ranks: number,
  fail: (reason: string) => MidbenchError,
): { adamw: SavedOptimizer; muon: SavedOptimizer } {
  if (ranks > 1)
    throw fail(`${String(ranks)} ranks share it out in nanochat's form of before 29 January 2026`)
  const [first, second] = root.length === 2 ? root : []
  return {
    adamw: new SavedOptimizer(first, 'adamw', groups, fail),
    muon: new SavedOptimizer(second, 'muon', groups, fail),
  }
}

/** Opens files, uses what they hold, and closes them. */
function withTorchFiles<T>(
  [path, ...others]: readonly string[],
  use: (roots: TorchValue[]) => Promise<T>,
): Promise<T> {
  if (path === undefined) return use([])
  return withTorchFile(path, (root) => withTorchFiles(others, (roots) => use([root, ...roots])))
}

/** One optimizer's state_dict, with its parameter numbers resolved to names. */
class SavedOptimizer {
  private readonly settings: Dict[] = []
  private readonly memory = new Map<string, Dict>()
  private readonly expected: readonly ParameterGroup[]
  private readonly label: string

  constructor(
    value: TorchValue | undefined,
    private readonly kind: Kind,
    groups: readonly ParameterGroup[],
    private readonly fail: (reason: string) => MidbenchError,
  ) {
    this.expected = groupsOfKind(groups, kind)
    const { label } = KEPT[kind]
    this.label = label
    const entries = value === undefined ? undefined : entriesOf(value)
    const saved = entries?.get('param_groups')
    const state = entriesOf(entries?.get('state') ?? null)
    if (!Array.isArray(saved) || state === undefined) throw fail(`it holds no state of ${label}`)
    const names = this.readGroups(saved)
    for (const [number, memory] of state) {
      const name = typeof number === 'number' ? names[number] : undefined
      const dict = entriesOf(memory)
      if (name === undefined || dict === undefined)
        throw fail(`${label} remembers a parameter that is in none of its groups`)
      this.memory.set(name, dict)
    }
    if (this.memory.size !== 0 && this.memory.size !== names.length) {
      throw fail(`${label} knows ${String(this.memory.size)} of ${String(names.length)} parameters`)
    }
  }

  /** The groups with the file's settings. */
  groups(): ParameterGroup[] {
    return this.expected.map((group, i) =>
      restoredGroup(group, { number: (key) => this.number(i, key), pair: (key) => this.pair(i, key) }),
    )
  }

  lrMultiplier(): number {
    const initial = this.number(0, 'initial_lr')
    return initial === 0 ? 1 : this.number(0, 'lr') / initial
  }

  number(group: number, key: string): number {
    const value = this.settings[group]?.get(key)
    if (typeof value !== 'number') throw this.fail(`${this.label} has no ${key}`)
    return value
  }

  private pair(group: number, key: string): [number, number] {
    const value = this.settings[group]?.get(key)
    const [first, second] = Array.isArray(value) ? value : []
    if (typeof first !== 'number' || typeof second !== 'number')
      throw this.fail(`${this.label} has no ${key}`)
    return [first, second]
  }

  /** AdamW counts its steps for each parameter; all counts are the same. */
  async steps(): Promise<number> {
    const counts = new Set<number>()
    for (const memory of this.memory.values()) {
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
      for (const [entry, tensor] of this.tensors(name, saved, shapes)) {
        const { shape, data } = await floatsOf(tensor, `${entry} of ${name}`)
        memory.set(entry, { shape, data })
      }
      memories.set(name, memory)
    }
    return memories
  }

  /** Checks what {@link memories} would read. */
  requireShapes(shapes: Shapes): void {
    for (const [name, saved] of this.memory) this.tensors(name, saved, shapes)
  }

  private tensors(name: string, memory: Dict, shapes: Shapes): [string, TorchTensor][] {
    return Object.entries(KEPT[this.kind].arrays).map(([entry, shapeFor]) => [
      entry,
      this.tensor(memory, entry, name, shapeFor(shapes.get(name) ?? [])),
    ])
  }

  private tensor(memory: Dict, key: string, name: string, shape: readonly number[]): TorchTensor {
    const tensor = memory.get(key)
    if (!(tensor instanceof TorchTensor)) throw this.fail(`${key} of ${name} is missing`)
    if (String(tensor.shape) !== String(shape)) {
      throw this.fail(
        `${key} of ${name} has shape [${tensor.shape.join(', ')}] in place of [${shape.join(', ')}]`,
      )
    }
    return tensor
  }

  /** Fills `settings`; returns the names in the order of torch's numbers. */
  private readGroups(groups: readonly TorchValue[]): string[] {
    const names: string[] = []
    for (const [i, group] of this.expected.entries()) {
      const settings = entriesOf(groups[i] ?? null)
      const numbers = settings?.get('params')
      const first = names.length
      const isExpected =
        Array.isArray(numbers) &&
        numbers.length === group.names.length &&
        numbers.every((number, n) => number === first + n)
      if (settings === undefined || !isExpected) {
        throw this.fail(
          `group ${String(i)} of ${this.label} does not hold ${group.label} (${group.names.join(', ')})`,
        )
      }
      this.settings.push(settings)
      names.push(...group.names)
    }
    if (groups.length !== this.expected.length) throw this.fail(`${this.label} has other groups`)
    return names
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

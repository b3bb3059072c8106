/**
 * A mixture: the rows of all its tasks, task after task, shuffled as by CPython's `Random(42).shuffle`
 * (docs/REFERENCE.md §1). An entry with `repeat: n` is n tasks over one dataset. Excluded rows (exclude.schema.ts) are
 * taken out after the shuffle, so that all others keep their order; the mixture is then as long as what is left, and
 * indices count that. It costs 4 bytes a conversation, and 15 ms for 848,000 of them.
 */
import { MidbenchError, toFailure, type Failure } from '../errors'
import { warnOfDamage } from '../files/checksum'
import type { Conversation } from './conversation.schema'
import type { Tally } from './formats/tally.schema'
import type { DatasetPlace } from './dataset-place.schema'
import type { DataLocations, OpenOptions } from './locations'
import { checkExcluded } from './check-excluded'
import { excludedByEntry, type ExcludedRow } from './exclude.schema'
import { taskLabel, type MixtureEntry } from './mixture.schema'
import { allFailures, checkSize, failureAt } from './mixture-faults'
import { CPythonRandom } from './random/cpython-random'
import { sliceOf, type Slice } from './slice'
import { openTask } from './sources/open-task'
import type { Task } from './sources/task'

export type { DataLocations, OpenOptions } from './locations'

/** One task of a mixture, as shown to people. */
export interface TaskInfo {
  /** Index in {@link Mixture.tasks}. */
  index: number
  /** Index in the config's list; the repeats of an entry share it. */
  entry: number
  name: string
  label: string
  split: string | null
  /** Number of rows after start, stop and step, excluded ones included. */
  length: number
  /** Number of those rows that are excluded. */
  excluded: number
  /** Name of the file or generator, for people. */
  source: string
  /** The rows of the dataset that were left out, and why; absent where none was. */
  skipped?: Tally
  /** Where a data set of the hub was found; undefined for everything else. */
  place?: DatasetPlace | undefined
}

/** A dataset behind an entry of a mixture; its rows are counted before slicing. */
export interface DatasetInfo {
  /** Equal identities give equal conversations: a hash over files, options and the code's version. */
  identity: string
  rows: number
}

export interface Mixture {
  /** Number of conversations in one pass over the mixture, without those that are excluded. */
  readonly length: number
  readonly tasks: readonly TaskInfo[]
  /** One for each entry of the config's list; rendered ids are stored by dataset. */
  readonly datasets: readonly DatasetInfo[]
  /** The task, and the task's row, at an index of the shuffled order. */
  locate(index: number): { task: number; row: number }
  /** The conversation at an index of the shuffled order. */
  conversation(index: number): Promise<Conversation>
  /**
   * [m] the index here of each conversation of the same mixture with other rows excluded; -1 where it is excluded here.
   * Costs as much as opening: every place of the shuffled order is looked at.
   */
  renumbered(exclude: readonly ExcludedRow[]): Int32Array
  taskConversation(task: number, row: number): Promise<Conversation>
  /** The dataset's row behind a task's row. */
  datasetRow(task: number, row: number): { dataset: number; row: number }
  /**
   * A conversation by its dataset's row; blocks for microseconds. A promise while the dataset's stored rows are damaged
   * and made again.
   */
  datasetConversation(dataset: number, row: number): Conversation | Promise<Conversation>
  /** Closes files; nothing else may be called after it. */
  close(): Promise<void>
}

/**
 * Opens every task of a mixture, decoding and checking rows that are not decoded yet. Decoding keeps its thread busy:
 * open large mixtures in a worker.
 * @throws MidbenchError naming every entry at fault (issue path `mixture.train.2.filepath`), the file, the row and the
 *   reason, before anything runs.
 */
export async function openMixture(
  entries: readonly MixtureEntry[],
  locations: DataLocations,
  options: OpenOptions = {},
): Promise<Mixture> {
  const opened: OpenEntry[] = []
  const failures: Failure[] = []
  const prefix = options.split === undefined ? 'mixture' : `mixture.${options.split}`
  for (const [index, entry] of entries.entries()) {
    try {
      opened.push(await openEntry(index, entry, locations, options))
    } catch (error) {
      if (!(error instanceof MidbenchError)) {
        closeAll(opened)
        throw error
      }
      failures.push(failureAt(toFailure(error), `${prefix}.${String(index)}`))
    }
  }
  if (failures.length === 0) {
    try {
      checkSize(
        opened.map(({ index, entry, slice }) => ({ index, entry, rows: slice.length })),
        prefix,
      )
      const { exclude = [] } = options
      checkExcluded(
        exclude,
        opened.map(({ entry, slice }) => ({ label: taskLabel(entry), rows: slice.length })),
        prefix,
      )
      return new ShuffledMixture(opened, excludedByEntry(exclude))
    } catch (error) {
      closeAll(opened)
      throw error
    }
  }
  closeAll(opened)
  throw allFailures(failures)
}

interface OpenEntry {
  index: number
  entry: MixtureEntry
  task: Task
  slice: Slice
}

async function openEntry(
  index: number,
  entry: MixtureEntry,
  locations: DataLocations,
  options: OpenOptions,
): Promise<OpenEntry> {
  options.signal?.throwIfAborted()
  const { signal, download = false, onProgress = () => undefined, onDamage = warnOfDamage } = options
  const task = await openTask(entry, { ...locations, signal, download, onProgress, onDamage })
  try {
    return { index, entry, task, slice: sliceOf(entry, task.rows) }
  } catch (error) {
    task.close()
    throw error
  }
}

function closeAll(opened: readonly OpenEntry[]): void {
  for (const { task } of opened) task.close()
}

class ShuffledMixture implements Mixture {
  readonly length: number
  readonly tasks: readonly TaskInfo[]
  readonly datasets: readonly DatasetInfo[]
  private readonly byTask: readonly OpenEntry[]
  /** [tasks + 1] number of conversations before each task. */
  private readonly starts: Float64Array
  /** [length] index before the shuffle, by index after it. */
  private readonly order: Uint32Array

  /** @param excluded rows of each entry that are passed over */
  constructor(
    private readonly opened: readonly OpenEntry[],
    private readonly excluded: ReadonlyMap<number, ReadonlySet<number>>,
  ) {
    this.byTask = opened.flatMap((one) => new Array<OpenEntry>(one.entry.repeat ?? 1).fill(one))
    this.tasks = this.byTask.map((one, index) => describe(one, index, excluded.get(one.index)?.size ?? 0))
    this.datasets = opened.map(({ task }) => ({ identity: task.identity, rows: task.rows }))
    this.starts = new Float64Array(this.tasks.length + 1)
    this.tasks.forEach((task, i) => (this.starts[i + 1] = (this.starts[i] ?? 0) + task.length))
    const all = this.shuffled()
    this.order = excluded.size === 0 ? all : all.filter((place) => !this.isExcluded(place, excluded))
    this.length = this.order.length
  }

  renumbered(exclude: readonly ExcludedRow[]): Int32Array {
    const then = excludedByEntry(exclude)
    const all = this.shuffled()
    const numbers = new Int32Array(all.length)
    let before = 0
    let now = 0
    for (const place of all) {
      const isHere = !this.isExcluded(place, this.excluded)
      if (!this.isExcluded(place, then)) numbers[before++] = isHere ? now : -1
      if (isHere) now++
    }
    return numbers.slice(0, before)
  }

  /** Every place of the mixture in its shuffled order, excluded ones included. */
  private shuffled(): Uint32Array {
    const all = Uint32Array.from({ length: this.starts.at(-1) ?? 0 }, (_, i) => i)
    new CPythonRandom(42).shuffle(all)
    return all
  }

  private isExcluded(place: number, excluded: ReadonlyMap<number, ReadonlySet<number>>): boolean {
    const task = this.taskAt(place)
    const entry = this.tasks[task]?.entry ?? 0
    return excluded.get(entry)?.has(place - (this.starts[task] ?? 0)) === true
  }

  locate(index: number): { task: number; row: number } {
    const place = this.order[index]
    if (place === undefined) throw outside(`conversation ${String(index)}`, this.length)
    const task = this.taskAt(place)
    return { task, row: place - (this.starts[task] ?? 0) }
  }

  /** The last task that is not empty and that starts at or before an index. */
  private taskAt(place: number): number {
    let low = 0
    let high = this.tasks.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (place >= (this.starts[middle + 1] ?? Infinity)) low = middle + 1
      else high = middle
    }
    return low
  }

  async conversation(index: number): Promise<Conversation> {
    const { task, row } = this.locate(index)
    return this.taskConversation(task, row)
  }

  async taskConversation(task: number, row: number): Promise<Conversation> {
    const at = this.datasetRow(task, row)
    return this.datasetConversation(at.dataset, at.row)
  }

  datasetRow(task: number, row: number): { dataset: number; row: number } {
    const found = this.byTask[task]
    if (found === undefined) throw outside(`task ${String(task)}`, this.byTask.length)
    const { start, step, length } = found.slice
    if (!Number.isInteger(row) || row < 0 || row >= length) throw outside(`row ${String(row)}`, length)
    return { dataset: found.index, row: start + row * step }
  }

  datasetConversation(dataset: number, row: number): Conversation | Promise<Conversation> {
    const found = this.opened[dataset]
    if (found === undefined) throw outside(`dataset ${String(dataset)}`, this.opened.length)
    return found.task.conversation(row)
  }

  async close(): Promise<void> {
    closeAll(this.opened)
  }
}

function describe(one: OpenEntry, index: number, excluded: number): TaskInfo {
  return {
    index,
    entry: one.index,
    name: one.entry.task,
    label: taskLabel(one.entry),
    split: one.entry.split ?? null,
    length: one.slice.length,
    excluded,
    source: one.task.source,
    ...(one.task.skipped === undefined ? {} : { skipped: one.task.skipped }),
    place: one.task.place,
  }
}

function outside(what: string, length: number): RangeError {
  return new RangeError(`${what} of ${String(length)}`)
}

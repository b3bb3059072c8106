/**
 * The conversations of a mixture, each once: repeats of an entry, and rows that several entries list on purpose (the
 * same dataset named twice), are one unit. A unit is named by the first entry and row that list it. 6 bytes a unit.
 */
import type { Conversation } from '../conversation.schema'
import type { ExcludedRow } from '../exclude.schema'
import type { Mixture } from '../mixture'

/** What is read of a mixture. */
export type Conversations = Pick<Mixture, 'tasks' | 'datasets' | 'datasetRow' | 'datasetConversation'>

/** How an entry's rows lie in its dataset. */
interface EntryRows {
  /** A task of the entry, by which its rows are found. */
  task: number
  length: number
  identity: string
  start: number
  step: number
}

export class Units {
  readonly length: number
  /** Rows that an earlier entry lists too. */
  readonly listedAgain: number
  private readonly entries = new Map<number, EntryRows>()
  /** [length] entry and row that name each unit. */
  private readonly entryOf: Uint16Array
  private readonly rowOf: Uint32Array

  constructor(private readonly mixture: Conversations) {
    for (const { index, entry, length } of mixture.tasks) {
      if (!this.entries.has(entry)) this.entries.set(entry, entryRows(mixture, index, length))
    }
    const total = [...this.entries.values()].reduce((sum, { length }) => sum + length, 0)
    this.entryOf = new Uint16Array(total)
    this.rowOf = new Uint32Array(total)
    let length = 0
    const seen = new Map<string, Set<number>>()
    for (const [entry, rows] of this.entries) {
      const alike = [...this.entries.values()].filter(({ identity }) => identity === rows.identity).length > 1
      const before = seen.get(rows.identity) ?? new Set()
      if (alike) seen.set(rows.identity, before)
      for (let row = 0; row < rows.length; row++) {
        const datasetRow = rows.start + row * rows.step
        if (alike && before.has(datasetRow)) continue
        if (alike) before.add(datasetRow)
        this.entryOf[length] = entry
        this.rowOf[length++] = row
      }
    }
    this.length = length
    this.listedAgain = total - length
  }

  /** Each entry, and the number of its units. */
  entryLengths(): [entry: number, length: number][] {
    const lengths = new Map([...this.entries.keys()].map((entry) => [entry, 0]))
    for (let unit = 0; unit < this.length; unit++) {
      const entry = this.entryOf[unit] ?? 0
      lengths.set(entry, (lengths.get(entry) ?? 0) + 1)
    }
    return [...lengths]
  }

  /** The entry and row that name a unit. */
  place(unit: number): { entry: number; row: number } {
    return { entry: this.entryOf[unit] ?? 0, row: this.rowOf[unit] ?? 0 }
  }

  /** Every entry and row that list a unit. */
  places(unit: number): ExcludedRow[] {
    const { entry, row } = this.place(unit)
    const named = this.entries.get(entry)
    if (named === undefined) return []
    const datasetRow = named.start + row * named.step
    return [...this.entries].flatMap(([each, { identity, start, step, length }]): ExcludedRow[] => {
      const at = (datasetRow - start) / step
      const isThere = identity === named.identity && Number.isInteger(at) && at >= 0 && at < length
      return isThere ? [[each, at]] : []
    })
  }

  /** Reads a unit's conversation; a promise only while its stored row is made again. */
  read(unit: number): Conversation | Promise<Conversation> {
    const { entry, row } = this.place(unit)
    const at = this.mixture.datasetRow(this.entries.get(entry)?.task ?? 0, row)
    return this.mixture.datasetConversation(at.dataset, at.row)
  }

  /** The dataset behind a unit. */
  identityOf(unit: number): string {
    return this.entries.get(this.place(unit).entry)?.identity ?? ''
  }
}

function entryRows(mixture: Conversations, task: number, length: number): EntryRows {
  const entry = mixture.tasks[task]?.entry ?? 0
  const identity = mixture.datasets[entry]?.identity ?? ''
  const rowAt = (row: number): number => mixture.datasetRow(task, row).row
  const start = length > 0 ? rowAt(0) : 0
  return { task, length, identity, start, step: length > 1 ? rowAt(1) - start : 1 }
}

/** The texts of a conversation, in order: a message's text, or each of its parts. */
export function textsOf({ messages }: Conversation): string[] {
  return messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map(({ text }) => text),
  )
}

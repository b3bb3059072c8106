/** Mixtures in memory, and texts of made-up words that share nothing by chance. */
import type { Conversation } from '../../../../../src-main/data/conversation.schema'
import type { Conversations } from '../../../../../src-main/data/duplicates/units'
import { CPythonRandom } from '../../../../../src-main/data/random/cpython-random'

export interface MadeEntry {
  conversations: readonly Conversation[]
  /** Entries of one dataset are alike. @default a dataset of its own */
  identity?: string
  start?: number
  step?: number
  length?: number
  repeat?: number
}

/** A mixture of these entries; every row that is read is counted in `reads`. */
export function madeMixture(...entries: MadeEntry[]): Conversations & { reads: number } {
  const rows = entries.map(({ conversations, start = 0, step = 1, length }) => ({
    start,
    step,
    length: length ?? Math.ceil((conversations.length - start) / step),
  }))
  const listed = entries.flatMap((each, entry) => new Array<number>(each.repeat ?? 1).fill(entry))
  const info = { name: 'Made', label: 'Made', split: null, source: 'memory', excluded: 0 }
  return {
    reads: 0,
    tasks: listed.map((entry, index) => ({ ...info, index, entry, length: rows[entry]?.length ?? 0 })),
    datasets: entries.map(({ identity, conversations }, entry) => ({
      identity: identity ?? `set ${String(entry)}`,
      rows: conversations.length,
    })),
    datasetRow(task, row) {
      const entry = listed[task] ?? 0
      const { start = 0, step = 1 } = rows[entry] ?? {}
      return { dataset: entry, row: start + row * step }
    },
    datasetConversation(dataset, row) {
      this.reads++
      const found = entries[dataset]?.conversations[row]
      if (found === undefined) throw new RangeError(`no row ${String(row)} of ${String(dataset)}`)
      return found
    },
  }
}

export const said = (user: string, assistant = ''): Conversation => ({
  messages: [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ],
})

/** Draws words of two syllables of four letters; texts of five words or more from two draws share no shingle. */
export class WordDrawer {
  private readonly random: CPythonRandom

  constructor(seed: number) {
    this.random = new CPythonRandom(seed)
  }

  below(limit: number): number {
    return Math.floor(this.random.random() * limit)
  }

  words(count: number): string[] {
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    const letter = (): string => letters[this.below(26)] ?? 'a'
    return Array.from({ length: count }, () => Array.from({ length: 6 }, letter).join(''))
  }

  text(count: number): string {
    return this.words(count).join(' ')
  }
}

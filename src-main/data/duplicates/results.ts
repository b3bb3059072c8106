/**
 * What a search found, kept to be looked at: counts, pairs page by page, a pair side by side. Texts are read from the
 * mixtures when they are shown.
 */
import { MidbenchError } from '../../errors'
import type { Conversation } from '../conversation.schema'
import { NEAR, type Found } from './find'
import type { ComparedPair, DuplicateKind, DuplicatePair, DuplicatePairs, Findings, PairsOf } from './findings.schema' // prettier-ignore
import { SHINGLE_WORDS } from './grams'
import { compared } from './marks'
import type { OpenTest } from './open-tests'
import { GRAM_WORDS } from './test-rows'
import { textsOf, Units } from './units'

/** Characters of a text in the list of pairs. */
const EXCERPT = 240

/** One pair of a kind's list. */
interface Pair {
  unit: number
  /** Index of the test; null where the other is a conversation of the mixture. */
  test: number | null
  /** Unit of train or val, or row of the test. */
  other: number
  share: number
}

export class DuplicateResults {
  private readonly pairs: Readonly<Record<DuplicateKind, readonly Pair[]>>
  /** The rows of each test; null where they are not here. */
  private readonly testRows: readonly (Units | null)[]

  constructor(
    private readonly found: Found,
    private readonly tests: readonly OpenTest[],
    private readonly seconds: number,
  ) {
    this.testRows = tests.map(({ mixture }) => mixture && new Units(mixture))
    const alike = (matches: Found['exact']): Pair[] =>
      matches
        .map(({ unit, other, similarity }) => ({ unit, other, test: null, share: similarity }))
        .sort((a, b) => a.other - b.other || a.unit - b.unit)
    const tested = (matches: Found['test_train']): Pair[] =>
      matches
        .map(({ unit, test, row, share }) => ({ unit, test, other: row, share }))
        .sort((a, b) => b.share - a.share || a.unit - b.unit)
    this.pairs = {
      exact: alike(found.exact),
      near: alike(found.near),
      val: alike(found.val_train),
      test: tested(found.test_train),
      'val-test': tested(found.test_val),
    }
  }

  summary(): Findings {
    const { train, val } = this.found
    return {
      train: train.length,
      val: val?.length ?? 0,
      listed_again: train.listedAgain,
      train_entries: this.byEntry(train, ['exact', 'near', 'val', 'test']),
      val_entries: val ? this.byEntry(val, ['val-test']) : [],
      tests: this.tests.map(({ label, failure }, test) => ({
        label,
        rows: this.testRows[test]?.length ?? null,
        train: this.pairs.test.filter((pair) => pair.test === test).length,
        val: this.pairs['val-test'].filter((pair) => pair.test === test).length,
        itself: this.found.val_itself[test] ?? 0,
        missing: failure && {
          message: failure.issues?.[0]?.message ?? failure.message,
          remedy: failure.remedy,
        },
      })),
      near_from: NEAR,
      seconds: this.seconds,
    }
  }

  /** A part of the pairs; each is read twice, for its texts. */
  async page(of: PairsOf, offset: number, limit: number): Promise<DuplicatePairs> {
    const chosen = this.chosen(of)
    const page = chosen.slice(offset, offset + limit)
    const pairs: DuplicatePair[] = []
    for (const index of page) pairs.push(await this.view(of.kind, index))
    return { total: chosen.length, pairs }
  }

  /** @throws MidbenchError `duplicates.pair` */
  async compare(kind: DuplicateKind, index: number): Promise<ComparedPair> {
    const pair = this.pairs[kind][index]
    if (pair === undefined) throw noSuchPair(index, this.pairs[kind].length)
    const marked = pair.test === null ? 'differs' : 'shared'
    const [one, other] = [await this.oneUnits(kind).read(pair.unit), await this.readOther(kind, pair)]
    const n = pair.test === null ? SHINGLE_WORDS : GRAM_WORDS
    return { marked, ...compared(one, other, { n, marked }) }
  }

  /** [2n] entry and row of everything that would be excluded with these pairs, each once. */
  listed(of: PairsOf): Int32Array {
    if (of.kind === 'val-test') return new Int32Array(0)
    const units = new Set(this.chosen(of).map((index) => this.pairs[of.kind][index]?.unit ?? 0))
    return Int32Array.from([...units].flatMap((unit) => this.found.train.places(unit).flat()))
  }

  private oneUnits(kind: DuplicateKind): Units {
    const { train, val } = this.found
    return kind === 'val-test' && val ? val : train
  }

  /** Indices of the pairs in their kind's list. */
  private chosen({ kind, entry, test }: PairsOf): number[] {
    const units = this.oneUnits(kind)
    return this.pairs[kind].flatMap((pair, index) => {
      const isOf = entry === null || units.place(pair.unit).entry === entry
      return isOf && (test === null || pair.test === test) ? [index] : []
    })
  }

  private async view(kind: DuplicateKind, index: number): Promise<DuplicatePair> {
    const pair = this.pairs[kind][index]
    if (pair === undefined) throw noSuchPair(index, this.pairs[kind].length)
    const { train, val } = this.found
    const units = this.oneUnits(kind)
    const one = units.place(pair.unit)
    const others = kind === 'val' && val ? val : train
    const other = pair.test === null ? others.place(pair.other) : { entry: pair.test, row: pair.other }
    const of = pair.test === null ? (kind === 'val' ? 'val' : 'train') : 'test'
    return {
      index,
      one: { of: kind === 'val-test' ? 'val' : 'train', ...one, text: excerpt(await units.read(pair.unit)) },
      listed: kind === 'val-test' ? [] : units.places(pair.unit),
      other: { of, ...other, text: excerpt(await this.readOther(kind, pair)) },
      share: pair.share,
    }
  }

  private readOther(kind: DuplicateKind, { test, other }: Pair): Conversation | Promise<Conversation> {
    const { train, val } = this.found
    const units = test === null ? (kind === 'val' ? val : train) : this.testRows[test]
    return units?.read(other) ?? { messages: [] }
  }

  private byEntry(units: Units, kinds: readonly DuplicateKind[]): Findings['train_entries'] {
    const counts = units.entryLengths().map(([entry, conversations]) => {
      return { entry, conversations, exact: 0, near: 0, val: 0, test: 0 }
    })
    const byEntry = new Map(counts.map((count) => [count.entry, count]))
    for (const kind of kinds) {
      // A conversation that overlaps several tests counts once.
      for (const unit of new Set(this.pairs[kind].map((pair) => pair.unit))) {
        const count = byEntry.get(units.place(unit).entry)
        if (count) count[kind === 'val-test' ? 'test' : kind]++
      }
    }
    return counts
  }
}

function excerpt(conversation: Conversation): string {
  const texts = textsOf(conversation).map((text) => text.slice(0, EXCERPT).replace(/\s+/g, ' ').trim())
  return texts.filter((text) => text !== '').join(' · ').slice(0, EXCERPT) // prettier-ignore
}

function noSuchPair(index: number, pairs: number): MidbenchError {
  const message = `There are ${String(pairs)} pairs of that kind, counted from 0, and so no pair ${String(index)}.`
  return new MidbenchError({ code: 'duplicates.pair', message })
}

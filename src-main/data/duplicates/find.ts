/**
 * Looks through a mixture for what should not be trained on twice, or not at all: conversations of train that are equal
 * or nearly equal to an earlier one, those that are equal or nearly equal to one of val, and those of train and val that
 * overlap the rows of a test (test-rows.ts). Conversations are equal where their words are (normalise.ts), nearly equal
 * where they share at least {@link NEAR} of their shingles of five words.
 *
 * Each conversation is read once, and again where it is a candidate. Memory holds about 400 bytes a conversation.
 */
import { MidbenchError } from '../../errors'
import type { Progress } from '../../progress.schema'
import { Breather } from '../../threads/breathe'
import { MOST_COMPARED } from '../../bounds.schema'
import type { Conversation } from '../conversation.schema'
import { hashOfWords, HashTable, shinglesOf } from './grams'
import { emptySignature, jaccard, shingleSet, sign, SimilarTexts } from './minhash'
import { WordHashes } from './normalise'
import type { OpenTest } from './open-tests'
import { TestRows, type TestOverlap } from './test-rows'
import { textsOf, Units, type Conversations } from './units'

/** Jaccard similarity from which two texts count as nearly the same; what the field takes most often. */
export const NEAR = 0.8
/** Candidates whose shingles are compared, the likeliest first. */
const MOST_VERIFIED = 8
/** Sets of shingles that are kept, so that a template's first text is not read again for each that is like it. */
const SETS_KEPT = 512

/** A conversation like another; `other` is a unit of train or of val. */
export interface Match {
  unit: number
  other: number
  /** 1 where their words are the same. */
  similarity: number
}

/** A conversation that overlaps a row of a test. */
export interface TestMatch extends TestOverlap {
  unit: number
}

export interface Found {
  train: Units
  /** null where the mixture has no val tasks. */
  val: Units | null
  /** Conversations of train with an earlier one of the same words: the first of these. */
  exact: Match[]
  /** Those nearly equal to an earlier one, and copies of them. */
  near: Match[]
  /** Conversations of train like one of val. */
  val_train: Match[]
  test_train: TestMatch[]
  /** Those that are a row of the test itself are left out, and counted in `val_itself`. */
  test_val: TestMatch[]
  /** [tests] conversations of val whose dataset is the test's. */
  val_itself: number[]
}

export interface Looking {
  signal: AbortSignal
  progress: (progress: Progress) => void
}

/** @throws MidbenchError `duplicates.too-many`; the signal's reason when it is aborted */
export async function findDuplicates(
  mixtures: { train: Conversations; val: Conversations | null },
  tests: readonly OpenTest[],
  looking: Looking,
): Promise<Found> {
  const train = new Units(mixtures.train)
  const val = mixtures.val && new Units(mixtures.val)
  requireFit(train.length)
  requireFit(val?.length ?? 0)
  return new Search(train, val, looking).run(tests)
}

/** @throws MidbenchError */
function requireFit(length: number): void {
  if (length <= MOST_COMPARED) return
  throw new MidbenchError({
    code: 'duplicates.too-many',
    message: `${length.toLocaleString('en-US')} conversations are too many to be compared at once; the most is ${MOST_COMPARED.toLocaleString('en-US')}.`,
    remedy: 'Slice the largest entries with stop, and compare part by part.',
  })
}

/** Texts of one split by their words and by their shingles. */
class Library {
  private readonly byWords: HashTable
  readonly similar: SimilarTexts

  constructor(readonly units: Units) {
    this.byWords = new HashTable(units.length)
    this.similar = new SimilarTexts(units.length)
  }

  /** The unit with the same words that was added first; -1 where there is none. */
  equal({ low, high }: Text): number {
    return this.byWords.get(low, high)
  }

  addWords({ low, high }: Text, unit: number): void {
    this.byWords.add(low, high, unit)
  }
}

/** The conversation in hand; its arrays are used again for the next. */
interface Text {
  words: WordHashes
  low: number
  high: number
  shingles: Uint32Array
  shingleCount: number
  signature: Uint32Array
}

class Search {
  private readonly text: Text = {
    words: new WordHashes(),
    low: 0,
    high: 0,
    shingles: new Uint32Array(4096),
    shingleCount: 0,
    signature: emptySignature(),
  }
  private readonly tests = new TestRows()
  /** [tests] the dataset of each; undefined where its rows are not here. */
  private readonly testIdentities: (string | undefined)[] = []
  private readonly breather: Breather
  private readonly found: Found
  /** Sets of shingles by split and unit, the latest used at the end. */
  private readonly sets = new Map<string, Uint32Array>()
  /** Words of a text that is read to be compared. */
  private readonly beside = new WordHashes()

  constructor(
    private readonly train: Units,
    private readonly val: Units | null,
    private readonly looking: Looking,
  ) {
    this.breather = new Breather(looking.signal)
    this.found = {
      train,
      val,
      exact: [],
      near: [],
      val_train: [],
      test_train: [],
      test_val: [],
      val_itself: [],
    }
  }

  async run(tests: readonly OpenTest[]): Promise<Found> {
    this.found.val_itself = tests.map(() => 0)
    for (const [test, { mixture, label }] of tests.entries()) {
      if (mixture === null) continue
      this.testIdentities[test] = mixture.datasets[0]?.identity
      const rows = new Units(mixture)
      await this.each(rows, `Reading ${label}`, (_, conversation) => {
        this.tests.add(test, conversation)
      })
    }
    const val = this.val && new Library(this.val)
    if (this.val) await this.each(this.val, 'Reading val', (unit, one) => this.lookAtVal(val, unit, one))
    const train = new Library(this.train)
    /** [n] the earlier unit that each first of its words is nearly equal to, and how much; -1 = none. */
    const nearly = { to: new Int32Array(this.train.length).fill(-1), by: new Float32Array(this.train.length) }
    await this.each(this.train, 'Comparing', (unit, one) => this.lookAtTrain(train, val, nearly, unit, one))
    return this.found
  }

  /** Reads every unit in turn, with progress and pauses. */
  private async each(
    units: Units,
    what: string,
    look: (unit: number, conversation: Conversation) => void | Promise<void>,
  ): Promise<void> {
    for (let unit = 0; unit < units.length; unit++) {
      const read = units.read(unit)
      const looked = look(unit, read instanceof Promise ? await read : read)
      if (looked instanceof Promise) await looked
      if (!this.breather.due) continue
      this.looking.progress({ what, done: unit + 1, total: units.length, unit: 'conversations' })
      await this.breather.breathe()
    }
    this.looking.progress({ what, done: units.length, total: units.length, unit: 'conversations' })
  }

  private lookAtVal(val: Library | null, unit: number, conversation: Conversation): void {
    this.take(conversation)
    const itself = val === null ? -1 : this.testIdentities.indexOf(val.units.identityOf(unit))
    if (itself >= 0) this.found.val_itself[itself] = (this.found.val_itself[itself] ?? 0) + 1
    for (const overlap of this.tests.overlaps(this.text.words)) {
      if (overlap.test !== itself) this.found.test_val.push({ ...overlap, unit })
    }
    if (val === null || val.equal(this.text) !== -1) return
    val.addWords(this.text, unit)
    this.signText()
    val.similar.add(unit, this.text.signature)
  }

  /** A promise where a candidate has to be read from a store that is being made again. */
  private async lookAtTrain(
    train: Library,
    val: Library | null,
    nearly: { to: Int32Array; by: Float32Array },
    unit: number,
    conversation: Conversation,
  ): Promise<void> {
    this.take(conversation)
    for (const overlap of this.tests.overlaps(this.text.words)) {
      this.found.test_train.push({ ...overlap, unit })
    }
    this.signText()
    const first = train.equal(this.text)
    const inVal = val === null ? null : await this.matchIn(val, 'val')
    if (inVal) this.found.val_train.push({ unit, ...inVal })
    if (first !== -1) {
      this.found.exact.push({ unit, other: first, similarity: 1 })
      const other = nearly.to[first] ?? -1
      if (other !== -1) this.found.near.push({ unit, other, similarity: nearly.by[first] ?? 0 })
      return
    }
    train.addWords(this.text, unit)
    const near = await this.similarIn(train, 'train')
    if (near === null) {
      train.similar.add(unit, this.text.signature)
      return
    }
    nearly.to[unit] = near.other
    nearly.by[unit] = near.similarity
    this.found.near.push({ unit, ...near })
  }

  /** Reads the words of a conversation; one without any word is compared by its characters. */
  private take(conversation: Conversation): void {
    const { text } = this
    readWords(conversation, text.words)
    const { hashes, count } = text.words
    Object.assign(text, hashOfWords(hashes, 0, count))
  }

  private signText(): void {
    const { text } = this
    const { hashes, count } = text.words
    if (text.shingles.length <= count) text.shingles = new Uint32Array(2 * count + 1)
    text.shingleCount = shinglesOf(hashes, count, text.shingles)
    sign(text.shingles, text.shingleCount, text.signature)
  }

  private async matchIn(library: Library, split: string): Promise<Omit<Match, 'unit'> | null> {
    const equal = library.equal(this.text)
    return equal === -1 ? this.similarIn(library, split) : { other: equal, similarity: 1 }
  }

  /** The likeliest earlier text that is at least {@link NEAR} alike, by its shingles. */
  private async similarIn(library: Library, split: string): Promise<Omit<Match, 'unit'> | null> {
    const candidates = library.similar.candidates(this.text.signature, NEAR, MOST_VERIFIED)
    if (candidates.length === 0) return null
    const own = shingleSet(this.text.shingles, this.text.shingleCount)
    for (const other of candidates) {
      const similarity = jaccard(own, await this.setOf(library.units, split, other))
      if (similarity >= NEAR) return { other, similarity }
    }
    return null
  }

  private async setOf(units: Units, split: string, unit: number): Promise<Uint32Array> {
    const key = `${split} ${String(unit)}`
    const known = this.sets.get(key)
    if (known !== undefined) {
      this.sets.delete(key)
      this.sets.set(key, known)
      return known
    }
    readWords(await units.read(unit), this.beside)
    const { hashes, count } = this.beside
    const shingles = new Uint32Array(count + 1)
    const set = shingleSet(shingles, shinglesOf(hashes, count, shingles))
    this.sets.set(key, set)
    const [oldest] = this.sets.keys()
    if (this.sets.size > SETS_KEPT && oldest !== undefined) this.sets.delete(oldest)
    return set
  }
}

/** The words of a conversation; where it has none, each of its characters stands for one. */
export function readWords(conversation: Conversation, into: WordHashes): void {
  into.clear()
  const texts = textsOf(conversation)
  for (const text of texts) into.add(text)
  if (into.count === 0) into.addCharacters(texts.join('\n'))
}

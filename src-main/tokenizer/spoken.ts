/**
 * The tokens of an assistant's answer as text: piece by piece while they come, and as a message's content, of which
 * rendering (render.ts) makes the same kind of ids again.
 */
import { SPECIAL_NAMES, type SpecialName, type Tokenizer } from './tokenizer'

/** Who says a token: the assistant, the assistant to the calculator, or the calculator. */
export type Part = 'text' | 'python' | 'python_output'

/** What follows a special token. */
const PART_AFTER: Readonly<Partial<Record<SpecialName, Part>>> = {
  '<|python_start|>': 'python',
  '<|python_end|>': 'text',
  '<|output_start|>': 'python_output',
  '<|output_end|>': 'text',
}

/** A byte order mark is text too. */
const KEEPING_ALL = { ignoreBOM: true }

export interface Spoken {
  /** What it adds to the text: '' while a character's bytes are not complete, and for special tokens. */
  text: string
  /** The token by itself: a special token's name, or `\xNN` for bytes that are no whole character. */
  piece: string
  /** A special token that opens or closes a part belongs to that part. */
  part: Part
}

/** Reads the tokens of one answer in order. */
export class SpokenReader {
  private part: Part = 'text'
  private held = new TextDecoder('utf-8', KEEPING_ALL)
  private readonly partAfter: ReadonlyMap<number, Part | undefined>

  constructor(private readonly tokenizer: Tokenizer) {
    this.partAfter = partsAfter(tokenizer)
  }

  /** @throws MidbenchError `tokenizer.unknown-id` */
  read(id: number): Spoken {
    const piece = this.tokenizer.piece(id)
    if (!this.partAfter.has(id)) {
      return { text: this.held.decode(this.tokenizer.bytes(id), { stream: true }), piece, part: this.part }
    }
    const before = this.part
    this.part = this.partAfter.get(id) ?? before
    return { text: this.rest(), piece, part: this.part === 'text' ? before : this.part }
  }

  /** What is held back of a character that never became whole: U+FFFD or ''. */
  rest(): string {
    const text = this.held.decode()
    this.held = new TextDecoder('utf-8', KEEPING_ALL)
    return text
  }
}

/**
 * An answer as the content of a message: a text, or parts where the calculator was used. Other special tokens have no
 * place in a content and are left out.
 *
 * @throws MidbenchError `tokenizer.unknown-id`
 */
export function contentOf(
  tokenizer: Tokenizer,
  ids: Iterable<number>,
): string | { type: Part; text: string }[] {
  const partAfter = partsAfter(tokenizer)
  const runs: { type: Part; ids: number[] }[] = [{ type: 'text', ids: [] }]
  for (const id of ids) {
    const type = partAfter.get(id)
    if (type !== undefined) runs.push({ type, ids: [] })
    else if (!partAfter.has(id)) runs.at(-1)?.ids.push(id)
  }
  const parts = runs
    .map((run) => ({ type: run.type, text: tokenizer.decode(run.ids) }))
    .filter(({ type, text }) => type !== 'text' || text !== '')
  return parts.every(({ type }) => type === 'text') ? parts.map(({ text }) => text).join('') : parts
}

/** The part that follows each special token; undefined where it opens none. */
function partsAfter({ specials }: Tokenizer): Map<number, Part | undefined> {
  return new Map(SPECIAL_NAMES.map((name) => [specials[name], PART_AFTER[name]]))
}

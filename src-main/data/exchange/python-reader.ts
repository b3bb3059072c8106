/**
 * Values and calls in Python tokens: strings, whole numbers, None, names that have been assigned one of these, and
 * os.path.join of them. Nothing is run; anything else is refused with its line.
 */
import { join } from 'node:path'
import type { Issue } from '../../errors'
import { shownText } from '../../shown'
import type { PythonToken } from './python-tokens'

/** A place in a script that cannot be read. */
export class PythonFault extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message)
  }

  toIssue(): Issue {
    return { path: `line ${String(this.line)}`, message: this.message }
  }
}

export type PythonValue = string | number | null

/** A call's arguments, by position and by name. */
export interface PythonCall {
  name: string
  line: number
  positional: PythonValue[]
  named: Map<string, PythonValue>
}

export class PythonReader {
  private at = 0

  constructor(
    private readonly tokens: readonly PythonToken[],
    /** The value of each name. */
    private readonly names: ReadonlyMap<string, PythonValue>,
  ) {}

  get done(): boolean {
    return this.at >= this.tokens.length
  }

  /** Line of the next token, or of the last one at the end. */
  get line(): number {
    return (this.tokens[this.at] ?? this.tokens.at(-1))?.line ?? 1
  }

  /** Whether the next token is this one; if so, takes it. */
  take(text: string): boolean {
    const found = this.tokens[this.at]
    if (found === undefined || found.kind === 'string' || found.text !== text) return false
    this.at++
    return true
  }

  /** @throws PythonFault where the next token is a different one */
  expect(text: string, where: string): void {
    if (!this.take(text)) throw this.fault(`${text} is expected ${where}, and there is ${this.shown()}`)
  }

  /** The reader's position, to return to. */
  mark(): number {
    return this.at
  }

  /** Goes from a mark to the comma or bracket that ends the element there, whatever the element contains. */
  skipElement(from: number): void {
    this.at = from
    for (let depth = 0; !this.done; this.at++) {
      const { kind, text } = this.tokens[this.at] ?? { kind: 'op', text: '' }
      if (kind !== 'op') continue
      if (depth === 0 && (text === ',' || text === ']')) return
      if ('([{'.includes(text)) depth++
      if (')]}'.includes(text)) depth--
    }
  }

  /** `Name(1, key="text")`. @throws PythonFault */
  call(): PythonCall {
    const { line } = this
    const name = this.name('a task')
    this.expect('(', `after ${shownText(name)}`)
    const call: PythonCall = { name, line, positional: [], named: new Map() }
    while (!this.take(')')) {
      this.argument(call)
      if (this.take(',')) continue
      this.expect(')', `after an argument of ${shownText(name)}`)
      break
    }
    return call
  }

  /** @throws PythonFault where there is no literal, known name, or os.path.join of them */
  value(): PythonValue {
    const token = this.tokens[this.at]
    if (token?.kind === 'string') return this.text()
    if (token?.kind === 'number' && /^(0|[1-9]\d*)(_\d+)*$/.test(token.text)) {
      this.at++
      return Number(token.text.replaceAll('_', ''))
    }
    if (this.take('None')) return null
    if (this.startsWith(['os', '.', 'path', '.', 'join', '('])) return this.joined()
    const known = token?.kind === 'name' ? this.names.get(token.text) : undefined
    if (known === undefined) {
      throw this.fault(
        `${this.shown()} is not known without running the script: write its value in its place`,
      )
    }
    this.at++
    return known
  }

  private argument(call: PythonCall): void {
    const { line } = this
    const [first, second] = this.tokens.slice(this.at, this.at + 2)
    const key = first?.kind === 'name' && second?.text === '=' ? first.text : null
    if (key === null && call.named.size > 0) {
      throw this.fault('an argument without a name comes after named ones')
    }
    if (key !== null) this.at += 2
    const value = this.value()
    if (key === null) call.positional.push(value)
    else if (call.named.has(key)) throw new PythonFault(line, `${shownText(key)} is given twice`)
    else call.named.set(key, value)
  }

  /** Adjacent strings are one. */
  private text(): string {
    let text = ''
    for (let token = this.tokens[this.at]; token?.kind === 'string'; token = this.tokens[++this.at]) {
      if (token.value === undefined) throw this.fault(`the string ${shownText(token.text)} is not plain text`)
      text += token.value
    }
    return text
  }

  private joined(): string {
    const parts: string[] = []
    while (!this.take(')')) {
      const part = this.value()
      if (typeof part !== 'string') throw this.fault('os.path.join takes strings')
      parts.push(part)
      if (this.take(',')) continue
      this.expect(')', 'after the parts of os.path.join')
      break
    }
    // As in Python, an absolute part starts the path again.
    const from = parts.findLastIndex((part) => part.startsWith('/'))
    return join(...parts.slice(Math.max(0, from)))
  }

  private startsWith(texts: readonly string[]): boolean {
    const found = texts.every((text, index) => this.tokens[this.at + index]?.text === text)
    if (found) this.at += texts.length
    return found
  }

  private name(what: string): string {
    const token = this.tokens[this.at]
    if (token?.kind !== 'name') throw this.fault(`${what} is expected, and there is ${this.shown()}`)
    this.at++
    return token.text
  }

  private shown(): string {
    const token = this.tokens[this.at]
    return token === undefined ? 'the end' : shownText(token.text)
  }

  private fault(message: string): PythonFault {
    return new PythonFault(this.line, message)
  }
}

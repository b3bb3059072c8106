/**
 * The calculator that a model may use while it answers: what it writes between the python tokens is computed, and the
 * result is put into its answer (docs/REFERENCE.md §9). The reference hands the text to Python's `eval` after a check of
 * its characters. Here a small parser reads the same expressions, so that nothing a model writes is ever executed:
 * arithmetic, and methods of string literals such as `'strawberry'.count('r')`.
 *
 * Where Python gives a number or a string, the text is the same; all else is null, and then nothing is put into the
 * answer. It takes microseconds.
 */
import {
  type BinaryOperator,
  ELLIPSIS,
  EMPTY_TUPLE,
  MOST_DIGITS,
  negate,
  operate,
  type PythonValue,
  textOf,
} from './python-values'

/** Python's own limit for nested parentheses. */
const MOST_NESTED = 200
/** Signs in a row; Python gives up on some thousands. */
const MOST_SIGNS = 1000

const ARITHMETIC = /^[0-9*+\-/.() ]*$/
const WITH_STRINGS = /^[A-Za-z0-9'"()._ ]*$/
/** The reference refuses a text that holds one of these anywhere, in the middle of a harmless word too. */
const REFUSED =
  /__|import|exec|eval|compile|open|file|input|globals|locals|vars|dir|getattr|setattr|delattr|hasattr/i

/**
 * What the calculator makes of a text.
 *
 * @param expression what stands between the python tokens; commas are dropped, as in the reference
 * @returns the result as Python writes it (`3.5`, `1e+16`, `3`), or null where there is none
 */
export function calculate(expression: string): string | null {
  const text = expression.replaceAll(',', '')
  const isArithmetic = ARITHMETIC.test(text) && !text.includes('**')
  const countsLetters = WITH_STRINGS.test(text) && !REFUSED.test(text) && text.includes('.count(')
  if (!isArithmetic && !countsLetters) return null
  const value = new Parser(text).parse()
  return value === null ? null : textOf(value)
}

type Method = (text: string, argument: string | null) => PythonValue | null

/** A method that takes no argument. */
const plain =
  (change: (text: string) => string): Method =>
  (text, argument) =>
    argument === null ? change(text) : null

/** The methods of a string that a model may call. Texts are ASCII here: other characters were refused. */
const METHODS: ReadonlyMap<string, Method> = new Map([
  ['count', (text: string, part: string | null) => (part === null ? null : BigInt(occurrences(text, part)))],
  ['lower', plain((text) => text.toLowerCase())],
  ['upper', plain((text) => text.toUpperCase())],
  ['strip', plain((text) => text.replace(/^ +| +$/g, ''))],
  ['lstrip', plain((text) => text.replace(/^ +/, ''))],
  ['rstrip', plain((text) => text.replace(/ +$/, ''))],
  ['capitalize', plain((text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase())],
])

/** A literal; three quotes always begin one that ends with three, as in Python. */
const STRING = /[rRuUfF]?(?:'''[^]*?'''|"""[^]*?"""|'(?!'')[^']*'|"(?!"")[^"]*")/y

/** How often a part occurs without overlaps; an empty part lies before each character and at the end. */
function occurrences(text: string, part: string): number {
  return part === '' ? text.length + 1 : text.split(part).length - 1
}

/**
 * Reads an expression from left to right and computes it on the way, with Python's precedence. Every method returns null
 * for what is no valid expression, or has no value.
 */
class Parser {
  private at = 0
  private nested = 0

  constructor(private readonly text: string) {}

  parse(): PythonValue | null {
    const value = this.sum()
    this.skipSpaces()
    return this.at === this.text.length ? value : null
  }

  private sum(): PythonValue | null {
    return this.leftToRight(/[+-]/y, () => this.product())
  }

  private product(): PythonValue | null {
    return this.leftToRight(/\/\/|[*/]/y, () => this.signed())
  }

  private leftToRight(operators: RegExp, operand: () => PythonValue | null): PythonValue | null {
    let left = operand()
    while (left !== null) {
      const operator = this.take(operators)
      if (operator === null) return left
      const right = operand()
      if (right === null) return null
      left = operate(operator as BinaryOperator, left, right) // the pattern matches nothing else
    }
    return null
  }

  private signed(): PythonValue | null {
    const signs = this.takeSigns()
    let value = signs.length > MOST_SIGNS ? null : this.primary()
    for (const sign of signs.toReversed()) {
      const negated = value === null ? null : negate(value)
      value = sign === '-' || negated === null ? negated : value
    }
    return value
  }

  private takeSigns(): string[] {
    const signs: string[] = []
    for (let sign = this.take(/[+-]/y); sign !== null; sign = this.take(/[+-]/y)) signs.push(sign)
    return signs
  }

  /** An atom and the methods that are called on it. */
  private primary(): PythonValue | null {
    let value = this.atom()
    while (value !== null && this.take(/\./y) !== null) value = this.called(value)
    return value
  }

  private called(value: PythonValue): PythonValue | null {
    const method = METHODS.get(this.take(/[a-z]+/y) ?? '')
    if (method === undefined || typeof value !== 'string') return null
    const argument = this.parenthesised()
    if (argument === EMPTY_TUPLE) return method(value, null)
    return typeof argument === 'string' ? method(value, argument) : null
  }

  private atom(): PythonValue | null {
    this.skipSpaces()
    if (this.text[this.at] === '(') return this.parenthesised()
    if (this.take(/\.\.\./y) !== null) return ELLIPSIS
    const number = this.take(/\d+\.?\d*|\.\d+/y)
    return number === null ? this.strings() : numberOf(number)
  }

  /** `(…)`; the empty tuple where nothing is inside. */
  private parenthesised(): PythonValue | null {
    if (this.take(/\(/y) === null || ++this.nested > MOST_NESTED) return null
    if (this.take(/\)/y) !== null) return this.leave(EMPTY_TUPLE)
    const value = this.sum()
    return this.take(/\)/y) === null ? null : this.leave(value)
  }

  private leave(value: PythonValue | null): PythonValue | null {
    this.nested--
    return value
  }

  /** String literals that follow one another are one string. */
  private strings(): string | null {
    let whole: string | null = null
    for (let next = this.string(); next !== null; next = this.string()) whole = (whole ?? '') + next
    return whole
  }

  /** A literal without its quotes. There are no escapes, since a backslash is refused. */
  private string(): string | null {
    const literal = this.take(STRING)
    if (literal === null) return null
    const bare = literal.replace(/^[A-Za-z]/, '')
    const quotes = bare.startsWith("'''") || bare.startsWith('"""') ? 3 : 1
    return bare.slice(quotes, -quotes)
  }

  private skipSpaces(): void {
    while (this.text[this.at] === ' ') this.at++
  }

  /** What matches at the next place that is no space; null where nothing does. */
  private take(pattern: RegExp): string | null {
    this.skipSpaces()
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found === undefined) return null
    this.at += found.length
    return found
  }
}

/** A whole number may begin with zeros only where it is zero. */
function numberOf(text: string): bigint | number | null {
  if (text.includes('.')) return Number(text)
  return /^0+[1-9]/.test(text) || text.length > MOST_DIGITS ? null : BigInt(text)
}

/**
 * The few Python values that the calculator meets, with Python's arithmetic on them: whole numbers of any size, floats,
 * strings, and the two constants that can be written without a letter. Results and their texts are CPython's, to the
 * digit; what Python raises an error for is null here.
 */

/** `()` and `...` can be written with the calculator's characters, and Python evaluates them. */
export const EMPTY_TUPLE = Symbol('()')
export const ELLIPSIS = Symbol('...')

/** A bigint is Python's int, a number its float, a string its str. */
export type PythonValue = bigint | number | string | typeof EMPTY_TUPLE | typeof ELLIPSIS

export type BinaryOperator = '+' | '-' | '*' | '/' | '//'

/** Python refuses to turn a whole number of more digits into text, or back. */
export const MOST_DIGITS = 4300

const INTS: Readonly<Record<BinaryOperator, (a: bigint, b: bigint) => PythonValue | null>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0n ? null : finite(quotient(a, b))),
  '//': (a, b) => (b === 0n ? null : floorQuotient(a, b)),
}

const FLOATS: Readonly<Record<BinaryOperator, (a: number, b: number) => number | null>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? null : a / b),
  '//': (a, b) => (b === 0 ? null : floorDivide(a, b)),
}

/** `a operator b`; null where Python raises an error: other types, a division by zero, an int beyond every float. */
export function operate(operator: BinaryOperator, a: PythonValue, b: PythonValue): PythonValue | null {
  if (typeof a === 'bigint' && typeof b === 'bigint') return INTS[operator](a, b)
  if (isTupleResult(operator, a, b)) return EMPTY_TUPLE
  const [x, y] = [asFloat(a), asFloat(b)]
  return x === null || y === null ? null : FLOATS[operator](x, y)
}

/** `-value`; null for what has no sign. */
export function negate(value: PythonValue): PythonValue | null {
  return typeof value === 'bigint' || typeof value === 'number' ? -value : null
}

/** What `str(value)` gives; null for a whole number of more than {@link MOST_DIGITS} digits. */
export function textOf(value: PythonValue): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return floatText(value)
  if (value === EMPTY_TUPLE) return '()'
  if (value === ELLIPSIS) return 'Ellipsis'
  const text = value.toString()
  return text.length - (value < 0n ? 1 : 0) > MOST_DIGITS ? null : text
}

/** An empty tuple plus another, or repeated a whole number of times, is empty. */
function isTupleResult(operator: BinaryOperator, a: PythonValue, b: PythonValue): boolean {
  if (operator === '+') return a === EMPTY_TUPLE && b === EMPTY_TUPLE
  const pair = [a, b]
  return operator === '*' && pair.includes(EMPTY_TUPLE) && pair.some((value) => typeof value === 'bigint')
}

/** null for what is no number, and for an int that is larger than every float. */
function asFloat(value: PythonValue): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'bigint' ? finite(Number(value)) : null
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** a / b, rounded once, as Python divides ints: beyond 2^53, dividing their nearest floats would round three times. */
function quotient(a: bigint, b: bigint): number {
  if (isSafe(a) && isSafe(b)) return Number(a) / Number(b)
  const [top, bottom] = [magnitude(a), magnitude(b)]
  // Shifted so that the whole part has at least 64 bits: more than a float's 53, whatever is cut off.
  const shift = BigInt(Math.max(0, bits(bottom) - bits(top) + 65))
  const whole = (top << shift) / bottom
  const remainder = (top << shift) % bottom
  const rounded = Number(remainder === 0n ? whole : whole | 1n) // a sticky bit decides what would look like a tie
  return (a < 0n === b < 0n ? 1 : -1) * scaleDown(rounded, Number(shift))
}

/** value / 2^shift; in two parts, since 2^shift may be larger than every float. */
function scaleDown(value: number, shift: number): number {
  const half = Math.floor(shift / 2)
  return value / 2 ** half / 2 ** (shift - half)
}

function isSafe(value: bigint): boolean {
  return magnitude(value) <= BigInt(Number.MAX_SAFE_INTEGER)
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function bits(value: bigint): number {
  return value.toString(2).length
}

function floorQuotient(a: bigint, b: bigint): bigint {
  const cut = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? cut - 1n : cut
}

/** CPython's float floor division, which rounds the quotient of what the remainder leaves. */
function floorDivide(a: number, b: number): number {
  const remainder = a % b
  let quotient = (a - remainder) / b
  if (remainder !== 0 && b < 0 !== remainder < 0) quotient -= 1
  if (quotient === 0) return (a / b) * 0 // a zero of the exact quotient's sign
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

/** `repr` of a float: the shortest digits that read back as it, with an exponent below 1e-4 and from 1e16. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (value !== 0 && (power < -4 || power >= 16)) {
    const digits = String(Math.abs(power)).padStart(2, '0')
    return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`
  }
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

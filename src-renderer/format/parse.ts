/**
 * Numbers as people type them: "524,288", "524_288", "2e-3", "20 * 524288" and "1/3" are understood; anything else is null.
 */

export interface NumberRule {
  integer?: boolean
  min?: number | null
  max?: number | null
}

const TERM = '([-+]?(?:\\d[\\d_,]*)?(?:\\.\\d+)?(?:e[-+]?\\d+)?)'
const EXPRESSION = new RegExp(`^${TERM}(?:\\s*([*/])\\s*${TERM})?$`, 'i')

function term(text: string | undefined): number {
  const digits = (text ?? '').replace(/[_,]/g, '')
  return digits === '' ? Number.NaN : Number(digits)
}

/** The number a text stands for. */
export function numberOf(text: string): number | null {
  const found = EXPRESSION.exec(text.trim().replace('−', '-').replace('×', '*'))
  if (!found) return null
  const [, left, operator, right] = found
  const value =
    operator === undefined
      ? term(left)
      : operator === '*'
        ? term(left) * term(right)
        : term(left) / term(right)
  return Number.isFinite(value) ? value : null
}

/** What a rule asks for, in words: "a whole number from 1 to 8". */
export function ruleText({ integer = false, min = null, max = null }: NumberRule): string {
  const kind = integer ? 'a whole number' : 'a number'
  if (min !== null && max !== null) return `${kind} from ${shown(min)} to ${shown(max)}`
  if (min !== null) return `${kind}, at least ${shown(min)}`
  return max === null ? kind : `${kind}, at most ${shown(max)}`
}

const shown = (value: number): string => value.toLocaleString('en')

/**
 * Reads like {@link numberOf} and refuses what breaks the rule. The value is wrapped, so null can only mean refused.
 */
export function readNumber(
  text: string,
  { integer = false, min = null, max = null }: NumberRule = {},
): { value: number } | null {
  const value = numberOf(text)
  if (value === null || (integer && !Number.isSafeInteger(value))) return null
  if ((min !== null && value < min) || (max !== null && value > max)) return null
  return { value }
}

/**
 * Numbers as text: one form for each quantity, everywhere. Grouping is by comma, as in the reference's log lines.
 * `DASH` stands for a figure that is not known (yet): never a zero.
 */

export const DASH = '–'
const MINUS = '−'

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 524288 -> "524,288". */
export function integer(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? DASH
    : grouped.format(value).replace('-', MINUS)
}

/** Fixed decimals: 2.34567 -> "2.3457". */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined) return DASH
  if (!Number.isFinite(value)) return String(value)
  return value.toFixed(decimals).replace('-', MINUS)
}

/** A share of 1 in percent, without the sign: 0.236 -> "23.6", 0.0004 -> "<0.1". */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return DASH
  const value = share * 100
  if (value > 0 && value < 0.1) return '<0.1'
  if (value > 99.9 && value < 100) return '>99.9'
  return value.toFixed(1)
}

const SCALES = [
  { from: 1e12, suffix: ' T' },
  { from: 1e9, suffix: ' G' },
  { from: 1e6, suffix: ' M' },
  { from: 1e3, suffix: ' k' },
]

/** Three significant digits with a decimal prefix: 4237120 -> "4.24 M". Exact below 10,000. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH
  if (Math.abs(value) < 10_000) return Number.isInteger(value) ? integer(value) : significant(value)
  const scale = SCALES.find(({ from }) => Math.abs(value) >= from)
  return scale ? `${significant(value / scale.from)}${scale.suffix}` : integer(value)
}

/** Three significant digits, trailing zeros kept: 4.2371 -> "4.24", 42.37 -> "42.4". */
export function significant(value: number): string {
  const magnitude = Math.abs(value)
  return magnitude >= 100 ? integer(value) : fixed(value, magnitude >= 10 ? 1 : 2)
}

/** Four significant digits of a number of any size: 0.0123456 -> "0.01235", 1.2e-7 -> "1.200e−7". */
export function precise(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH
  const digits = value === 0 ? '0' : value.toPrecision(4)
  return digits.replace('-', MINUS).replace('e-', `e${MINUS}`).replace('e+', 'e')
}

/** Two significant digits and no trailing zeros, for the ticks of an axis of any size: 0.25 -> "0.25", 1500 -> "1,500". */
export function rough(value: number): string {
  const rounded = Number(value.toPrecision(2))
  return (Math.abs(rounded) >= 1000 ? integer(rounded) : String(rounded)).replace('-', MINUS)
}

/** As typed into a field: 0.004 stays "0.004", 524288 stays "524288". */
export function plain(value: number): string {
  return String(value)
}

/** "1 row", "3 rows". */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${integer(value)} ${value === 1 ? one : many}`
}

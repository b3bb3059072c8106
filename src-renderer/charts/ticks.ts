/**
 * Where an axis has its ticks and what stands beside them. All of them lie between the axis's ends, which are those of
 * the data. Labels have as many digits as tell the ticks apart.
 */
import { fixed, integer, precise } from '../format/number'

export interface Tick {
  value: number
  label: string
}

/** What an axis counts: whole things, numbers, seconds or bytes. */
export type Scale = 'whole' | 'number' | 'time' | 'bytes'

export interface AxisEnds {
  min: number
  max: number
}

const SIZES: Record<Scale, readonly number[]> = {
  whole: [1, 2, 5],
  number: [1, 2, 5],
  bytes: [1, 2, 5],
  time: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400],
}

/** So many ticks asked for give two at least. */
const LEAST_FOR_TWO = 6

/** The ticks of an axis: about so many at most. */
export function ticksOf({ min, max }: AxisEnds, scale: Scale, most: number, log: boolean): Tick[] {
  if (!(max > min)) return [{ value: min, label: labelOf(min, scale, Math.abs(min), min) }]
  if (log) return logTicks({ min, max }, scale, most)
  const unit = scale === 'bytes' ? binaryUnit(max) : 1
  const step = unit * stepOf((max - min) / unit / most, scale)
  const first = Math.ceil(min / step - 1e-9)
  const count = Math.floor(max / step + 1e-9) - first + 1
  // One tick tells no scale: a finer distance gives two or three.
  if (count < 2 && most < LEAST_FOR_TWO) return ticksOf({ min, max }, scale, most + 1, log)
  return Array.from({ length: count }, (_, index) => {
    const value = (first + index) * step
    return { value, label: labelOf(value, scale, step, max) }
  })
}

/** The least nice distance between ticks that is not below `least`. */
function stepOf(least: number, scale: Scale): number {
  const named = scale === 'time' ? SIZES.time.find((size) => size >= least) : undefined
  if (named !== undefined && least > 0.5) return named
  const unit = scale === 'time' && least > 1 ? 86_400 : 1
  const power = 10 ** Math.floor(Math.log10(least / unit))
  const nice = SIZES.number.find((size) => size * power * unit >= least * (1 - 1e-9)) ?? 10
  return scale === 'whole' ? Math.max(1, nice * power) : nice * power * unit
}

/** Powers of ten, with their twos and fives where there is room; where there is less than one power, as without log. */
function logTicks(ends: AxisEnds, scale: Scale, most: number): Tick[] {
  const [low, high] = [Math.floor(Math.log10(ends.min)), Math.ceil(Math.log10(ends.max))]
  const inside = (factors: readonly number[], every = 1): number[] => {
    const powers = Array.from({ length: high - low + 1 }, (_, index) => low + index)
    return powers
      .filter((power) => power % every === 0)
      .flatMap((power) => factors.map((factor) => factor * 10 ** power))
      .filter((value) => value >= ends.min * (1 - 1e-9) && value <= ends.max * (1 + 1e-9))
  }
  const choices = [
    inside([1, 2, 3, 4, 5, 6, 7, 8, 9]),
    inside([1, 2, 5]),
    inside([1]),
    inside([1], 2),
    inside([1], 4),
  ]
  const chosen = choices.find((values) => values.length <= most) ?? inside([1], 8)
  if (chosen.length < 2) return ticksOf(ends, scale, most, false)
  return chosen.map((value) => ({ value, label: labelOf(value, scale, value, value) }))
}

const DECIMAL = [
  { from: 1e12, suffix: ' T' },
  { from: 1e9, suffix: ' G' },
  { from: 1e6, suffix: ' M' },
  { from: 1e4, of: 1e3, suffix: ' k' },
]
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const TIMES = [
  { of: 86_400, name: 'd' },
  { of: 3600, name: 'h' },
  { of: 60, name: 'min' },
]

function binaryUnit(most: number): number {
  const power = Math.floor(Math.log2(Math.max(1, most)) / 10)
  return 1024 ** Math.min(BINARY.length - 1, power)
}

/** @param step the distance to the next tick @param most the greatest value of the axis */
function labelOf(value: number, scale: Scale, step: number, most: number): string {
  if (value === 0) return '0'
  if (scale === 'time') return timeLabel(value, step)
  if (scale === 'bytes') {
    const unit = binaryUnit(most)
    return `${fixed(value / unit, decimalsOf(step / unit))} ${BINARY[Math.round(Math.log2(unit) / 10)] ?? 'B'}`
  }
  const larger = DECIMAL.find(({ from }) => Math.abs(most) >= from)
  if (larger) {
    const unit = larger.of ?? larger.from
    return `${fixed(value / unit, decimalsOf(step / unit))}${larger.suffix}`
  }
  if (step >= 1 && Number.isInteger(value)) return integer(value)
  return step < 1e-4
    ? precise(Number(value.toPrecision(6))).replace(/\.?0+(e|$)/, '$1')
    : fixed(value, decimalsOf(step))
}

/** In the largest unit of which the ticks are whole multiples. */
function timeLabel(seconds: number, step: number): string {
  const unit = TIMES.find(({ of }) => step >= of && Number.isInteger(Math.round((step / of) * 1e6) / 1e6))
  if (unit) return `${fixed(seconds / unit.of, decimalsOf(step / unit.of))} ${unit.name}`
  return `${fixed(seconds, decimalsOf(step))} s`
}

/** Decimals that tell multiples of `step` apart. */
function decimalsOf(step: number): number {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  // 0.25 needs one more digit than its power of ten.
  return Number.isInteger(Math.round(step * 10 ** decimals * 1e6) / 1e6) ? decimals : decimals + 1
}

/**
 * Times, sizes and dates as text, with their units.
 */
import { DASH, fixed, significant } from './number'

/** Seconds as a person says them: "0.4 s", "48 s", "2 min 10 s", "1 h 04 min", "3 d 02 h". */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return DASH
  if (seconds < 10) return `${fixed(seconds, 1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return pair(whole, 60, 'min', 's')
  if (whole < 86_400) return pair(Math.round(whole / 60), 60, 'h', 'min')
  return pair(Math.round(whole / 3600), 24, 'd', 'h')
}

function pair(value: number, base: number, large: string, small: string): string {
  return `${Math.floor(value / base)} ${large} ${String(value % base).padStart(2, '0')} ${small}`
}

/** Milliseconds: "3 ms", "326 ms", "1.24 s". */
export function milliseconds(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return DASH
  return ms < 1000 ? `${ms < 10 ? fixed(ms, 1) : fixed(ms, 0)} ms` : `${significant(ms / 1000)} s`
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Bytes in binary units: 1536 -> "1.50 KiB". */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH
  const power = Math.min(BINARY.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)))
  const scaled = value / 1024 ** power
  return `${power === 0 ? String(value) : significant(scaled)} ${BINARY[power] ?? 'B'}`
}

/** A local time of day with seconds: "14:03:22". */
export function clock(ms: number): string {
  const at = new Date(ms)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
}

/** A local day and minute: "2026-01-13 14:03". */
export function dateTime(ms: number): string {
  const at = new Date(ms)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** The last part of a path, with either kind of slash. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path
}

/** A path with its middle left out, so that both ends can be read: "/home/…/identity_conversations.jsonl". */
export function shortPath(path: string, length = 48): string {
  if (path.length <= length) return path
  const tail = Math.ceil((length - 1) * 0.65)
  return `${path.slice(0, length - 1 - tail)}…${path.slice(-tail)}`
}

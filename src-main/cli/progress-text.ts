/** How far a long piece of work has got, in words: `tokenizing: 120 of 4,800 conversations`. */
import type { Progress } from '../progress.schema'

export function progressText({ what, done, total, unit }: Progress): string {
  const amount = (value: number): string =>
    unit === 'bytes' ? `${(value / 1e6).toFixed(1)} MB` : Math.floor(value).toLocaleString('en-US')
  const counted = unit === 'bytes' ? '' : ` ${unit}`
  if (total === null) return done === 0 ? what : `${what}: ${amount(done)}${counted}`
  return total === 1 ? what : `${what}: ${amount(done)} of ${amount(total)}${counted}` // a bar shows a single whole
}

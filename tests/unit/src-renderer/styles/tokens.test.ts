import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { projectDir } from '../../../../src-main/native/paths'

const css = readFileSync(join(projectDir(), 'src-renderer', 'styles', 'tokens.css'), 'utf8')
type Rgba = readonly [number, number, number, number]

/** A token's colour in one theme. @returns channels from 0 to 1 */
function colour(name: string, theme: 'light' | 'dark'): Rgba {
  const found = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css)
  const hex = found?.[theme === 'light' ? 1 : 2] ?? ''
  const [r = NaN, g = NaN, b = NaN, a = 1] = (hex.slice(1).match(/../g) ?? []).map(
    (two) => parseInt(two, 16) / 255,
  )
  return [r, g, b, a]
}

function over([r, g, b, a]: Rgba, below: Rgba): Rgba {
  const mix = (top: number, bottom: number): number => top * a + bottom * (1 - a)
  return [mix(r, below[0]), mix(g, below[1]), mix(b, below[2]), 1]
}

/** WCAG 2.2: relative luminance. */
function luminance([r, g, b]: Rgba): number {
  const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

function contrast(a: Rgba, b: Rgba): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const SURFACES = ['frame', 'ground', 'raised'] as const
const TEXTS = ['ink', 'ink-2', 'ink-3', 'accent', 'amber', 'red', 'green'] as const

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  it.each(TEXTS)(
    '%s can be read on every surface, also where that is pointed at, pressed or selected',
    (text) => {
      const unreadable = SURFACES.flatMap((surface) =>
        ['', 'hover', 'pressed', 'accent-soft'].flatMap((state) => {
          const base = colour(surface, theme)
          const ground = state === '' ? base : over(colour(state, theme), base)
          const found = contrast(colour(text, theme), ground)
          return found >= 4.5 ? [] : `${surface} ${state}: ${found.toFixed(2)}`
        }),
      )
      expect(unreadable).toEqual([])
    },
  )
  it.each(['amber', 'red'])('so can text on a notice in %s', (tone) => {
    for (const surface of SURFACES) {
      const ground = over(colour(`${tone}-soft`, theme), colour(surface, theme))
      for (const text of ['ink', 'ink-2', tone])
        expect(contrast(colour(text, theme), ground)).toBeGreaterThanOrEqual(4.5)
    }
  })
})

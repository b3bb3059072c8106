/** A matcher for a text that contains another, for use inside an expected object. Typed: vitest's own is `any`. */
import { expect } from 'vitest'

export function containing(text: string): unknown {
  return expect.stringContaining(text)
}

/**
 * Keeps operations that only figures need out of XLA's compiled programs, so that these stay as they are without the
 * figures, and with them the bits of everything else.
 */
import { ancestors } from './ordering'
import type { Attribute } from '../../native/graph-def'
import type { Value } from './graph'

/** The value of the attribute `_XlaCompile` with which XLA compiles an operation into none of its programs. */
export const outsideXla: Attribute = { kind: 'bool', value: false }

/** Marks every operation that `figures` need and `rest` does not. */
export function leaveOutOfXla(figures: readonly Value[], rest: readonly Value[]): void {
  const needed = ancestors(rest)
  for (const node of ancestors(figures)) {
    if (!needed.has(node)) node.attributes['_XlaCompile'] = outsideXla
  }
}

/**
 * Puts back two functions of Node's `util` that tfjs-node calls and newer Nodes do without: Node 22 warns of them on
 * stderr, Node 23 removed them. tfjs-node asks for them by name at each call, so they have to be on `util` itself.
 *
 * Only code that looks for these two names can tell: they are not listed, and `import { isArray }` does not find them.
 */
import util from 'node:util' // the object itself, which require('util') gives too

const removed = {
  isArray: (value: unknown): boolean => Array.isArray(value),
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
}

/** Defines the functions for this thread, whatever its Node has of them. To be called before tfjs-node is used. */
export function restoreRemovedUtil(): void {
  for (const [name, value] of Object.entries(removed)) {
    Object.defineProperty(util, name, { value, enumerable: false, configurable: true, writable: true })
  }
}

/**
 * Puts back two functions of Node's `util` that tfjs-node calls and newer Nodes lack: Node 22 warns of them on stderr,
 * Node 23 removed them. tfjs-node looks them up by name at each call, so they have to be on `util` itself.
 *
 * Only code that looks for these two names notices: they are not listed, and `import { isArray }` does not find them.
 */
import util from 'node:util' // the object itself, which require('util') returns too

const removed = {
  isArray: (value: unknown): boolean => Array.isArray(value),
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
}

/** Defines the functions for this thread, whether or not its Node has them. Must be called before tfjs-node is used. */
export function restoreRemovedUtil(): void {
  for (const [name, value] of Object.entries(removed)) {
    Object.defineProperty(util, name, { value, enumerable: false, configurable: true, writable: true })
  }
}

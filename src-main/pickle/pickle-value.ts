/**
 * The values of a pickle. Where Python would build an object by running code, the value is a description of that
 * object, which the caller, who knows the kind of file, interprets.
 */

/** A global that the pickle mentions, `module.name`. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** What a pickle would build by calling a global: `global(...args)`, then its items, then its state. */
export class PickleObject {
  /** Set by BUILD: the argument that `__setstate__` would get. */
  state: PickleValue | undefined = undefined
  /** Set by SETITEMS: a dict subclass's entries. */
  readonly items = new Map<PickleValue, PickleValue>()

  constructor(
    readonly global: string,
    readonly args: readonly PickleValue[],
  ) {}
}

/** A persistent id (torch: where a storage's bytes are), for the caller to resolve. */
export class PersistentRef {
  constructor(readonly id: PickleValue) {}
}

/** Lists and tuples are both arrays; ints beyond 2^53 are bigints; a dict is a Map, bytes keys by identity. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleObject
  | PersistentRef

/** A value for a message: names and numbers as they are, the rest by kind. */
export function showPickled(value: PickleValue): string {
  if (value === null) return 'None'
  if (value instanceof PickleGlobal) return value.name
  if (value instanceof PickleObject) return `a ${value.global}`
  return typeof value === 'object' ? `a ${value.constructor.name}` : String(value)
}

/**
 * A closed reader for Python pickles, protocols 2 to 5. It calls nothing: what a pickle would call becomes a
 * description ({@link PickleObject}) for the caller to interpret, and a pickle may only mention globals that the caller
 * allows by name. Opcodes that occur in neither tiktoken's nor torch's files are refused by name. Makes one pass over
 * the bytes; strings and bytes are views or copies of them, so a pickle cannot expand beyond its file's size.
 */
import { MidbenchError } from '../errors'
import { ByteReader } from './byte-reader'
import { Op } from './opcodes'
import { PersistentRef, PickleGlobal, PickleObject, type PickleValue } from './pickle-value'

export interface UnpickleOptions {
  /** The file's name, for messages. */
  what: string
  /** Full names of the globals that may occur: `collections.OrderedDict`. */
  globals: ReadonlySet<string>
  /** Whether persistent ids may occur. @default false */
  persistentIds?: boolean
}

/**
 * The one value of a pickle.
 * @throws MidbenchError `pickle.refused` with the byte where reading stopped: a global that is not allowed, an opcode
 * outside the closed set, a cut or malformed stream.
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): PickleValue {
  const reader = new ByteReader(bytes)
  let at = 0
  try {
    const machine = new Machine(reader, options)
    for (;;) {
      at = reader.at
      const done = machine.step(reader.u8())
      if (done !== undefined) return done.value
    }
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error
    throw new MidbenchError(
      {
        code: 'pickle.refused',
        message: `${options.what}: ${error.message} (byte ${String(at)} of ${String(bytes.length)})`,
        remedy: 'The file may be cut or not what its name says; copy it again from where it was made.',
      },
      { cause: error },
    )
  }
}

/** Pickle's stack machine: a stack, marks into it, and a memo. */
class Machine {
  private stack: PickleValue[] = []
  private readonly marks: PickleValue[][] = []
  private readonly memo = new Map<number, PickleValue>()

  constructor(
    private readonly reader: ByteReader,
    private readonly options: UnpickleOptions,
  ) {}

  /** Runs one opcode; returns the result if it was STOP. */
  step(code: number): { value: PickleValue } | undefined {
    if (code === Op.STOP) return { value: this.pop() }
    const literal = this.literal(code)
    if (literal !== undefined) this.stack.push(literal)
    else if (!this.container(code) && !this.memory(code) && !this.object(code)) {
      throw new RangeError(`opcode 0x${code.toString(16).padStart(2, '0')} is not one such a file holds`)
    }
    return undefined
  }

  private literal(code: number): PickleValue | undefined {
    const r = this.reader
    switch (code) {
      case Op.NONE:
        return null
      case Op.NEWTRUE:
        return true
      case Op.NEWFALSE:
        return false
      case Op.BININT:
        return r.i32()
      case Op.BININT1:
        return r.u8()
      case Op.BININT2:
        return r.u16()
      case Op.LONG1:
        return r.signed(r.u8())
      case Op.LONG4:
        return r.signed(r.u32())
      case Op.BINFLOAT:
        return r.f64BigEndian()
      case Op.SHORT_BINUNICODE:
        return r.utf8(r.u8())
      case Op.BINUNICODE:
        return r.utf8(r.u32())
      case Op.BINUNICODE8:
        return r.utf8(r.u64())
      case Op.SHORT_BINBYTES:
        return r.bytes(r.u8())
      case Op.BINBYTES:
        return r.bytes(r.u32())
      case Op.BINBYTES8:
        return r.bytes(r.u64())
      default:
        return undefined
    }
  }

  private container(code: number): boolean {
    switch (code) {
      case Op.MARK:
        this.marks.push(this.stack)
        this.stack = []
        return true
      case Op.EMPTY_TUPLE:
      case Op.EMPTY_LIST:
        this.stack.push([])
        return true
      case Op.EMPTY_DICT:
        this.stack.push(new Map())
        return true
      case Op.TUPLE: {
        const values = this.popMark()
        this.stack.push(values)
        return true
      }
      case Op.TUPLE1:
      case Op.TUPLE2:
      case Op.TUPLE3:
        this.stack.push(this.popMany(code - Op.TUPLE1 + 1))
        return true
      case Op.APPEND:
        this.append([this.pop()])
        return true
      case Op.APPENDS:
        this.append(this.popMark())
        return true
      case Op.SETITEM:
        this.setItems(this.popMany(2))
        return true
      case Op.SETITEMS:
        this.setItems(this.popMark())
        return true
      default:
        return false
    }
  }

  private memory(code: number): boolean {
    const r = this.reader
    switch (code) {
      case Op.PROTO: {
        const protocol = r.u8()
        if (protocol < 2 || protocol > 5) throw new RangeError(`pickle protocol ${String(protocol)}`)
        return true
      }
      case Op.FRAME: // Frames only help Python read ahead.
        r.u64()
        return true
      case Op.MEMOIZE:
        this.memo.set(this.memo.size, this.top())
        return true
      case Op.BINPUT:
        this.memo.set(r.u8(), this.top())
        return true
      case Op.LONG_BINPUT:
        this.memo.set(r.u32(), this.top())
        return true
      case Op.BINGET:
        this.stack.push(this.recall(r.u8()))
        return true
      case Op.LONG_BINGET:
        this.stack.push(this.recall(r.u32()))
        return true
      default:
        return false
    }
  }

  private object(code: number): boolean {
    switch (code) {
      case Op.GLOBAL: {
        const module = this.reader.line()
        this.stack.push(this.global(module, this.reader.line()))
        return true
      }
      case Op.STACK_GLOBAL: {
        const [module, name] = this.popMany(2)
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw new TypeError('a global whose name is not a string')
        }
        this.stack.push(this.global(module, name))
        return true
      }
      case Op.REDUCE:
      case Op.NEWOBJ: {
        const [callee, args] = this.popMany(2)
        if (!(callee instanceof PickleGlobal)) throw new TypeError('a call of something that is no global')
        if (!Array.isArray(args)) throw new TypeError(`a call of ${callee.name} without a tuple of arguments`)
        this.stack.push(new PickleObject(callee.name, args))
        return true
      }
      case Op.BUILD: {
        const state = this.pop()
        const object = this.top()
        if (!(object instanceof PickleObject)) throw new TypeError('a state for something that is no object')
        object.state = state
        return true
      }
      case Op.BINPERSID:
        if (this.options.persistentIds !== true) {
          throw new TypeError('a persistent id, which such a file does not hold')
        }
        this.stack.push(new PersistentRef(this.pop()))
        return true
      default:
        return false
    }
  }

  private global(module: string, name: string): PickleGlobal {
    const full = `${module}.${name}`
    if (!this.options.globals.has(full)) {
      throw new TypeError(`the pickle mentions ${full}, which such a file does not hold; nothing was run`)
    }
    return new PickleGlobal(full)
  }

  private append(values: PickleValue[]): void {
    const list = this.top()
    if (!Array.isArray(list)) throw new TypeError('an append to something that is no list')
    for (const value of values) list.push(value)
  }

  private setItems(pairs: PickleValue[]): void {
    const target = this.top()
    const dict = target instanceof PickleObject ? target.items : target
    if (!(dict instanceof Map)) throw new TypeError('an item set on something that is no dict')
    if (pairs.length % 2 !== 0) throw new TypeError('a dict key without a value')
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i] ?? null, pairs[i + 1] ?? null)
  }

  private recall(slot: number): PickleValue {
    const value = this.memo.get(slot)
    if (value === undefined) throw new RangeError(`memo slot ${String(slot)} is read before it is written`)
    return value
  }

  private top(): PickleValue {
    const value = this.stack.at(-1)
    if (value === undefined) throw new RangeError('the stack is empty')
    return value
  }

  private pop(): PickleValue {
    const value = this.stack.pop()
    if (value === undefined) throw new RangeError('the stack is empty')
    return value
  }

  private popMany(count: number): PickleValue[] {
    if (this.stack.length < count) throw new RangeError('the stack is too short')
    return this.stack.splice(this.stack.length - count)
  }

  private popMark(): PickleValue[] {
    const values = this.stack
    const below = this.marks.pop()
    if (below === undefined) throw new RangeError('a mark is missing')
    this.stack = below
    return values
  }
}

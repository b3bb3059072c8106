/**
 * Writes Python's pickle protocol 2 for a tree of torch values, opcode for opcode as CPython's pickler does under
 * torch.save: with the same memo and the same batches, so that what torch wrote is written back to the same bytes.
 * Tensors become calls of torch._utils._rebuild_tensor_v2 on numbered storages; their bytes are written separately
 * (torch-write.ts).
 */
import { Op } from '../pickle/opcodes'
import { ByteWriter } from './byte-writer'
import { elementCount, torchStorages } from './dtype'
import { OrderedDict, PyFloat, PyTuple, TorchTensor, type TorchValue } from './torch-value'

const BATCH = 1000

export interface TorchPickle {
  bytes: Uint8Array
  /** The tensors in the order of their storages: the file's `data/0`, `data/1`, … */
  storages: TorchTensor[]
}

/** @throws RangeError on an integer beyond 64 bits. */
export function pickleTorch(value: TorchValue): TorchPickle {
  const pickler = new Pickler()
  return pickler.run(value)
}

class Pickler {
  private readonly out = new ByteWriter()
  /** Slots by identity for objects, by value for strings, and by `module name` for globals. */
  private readonly memo = new Map<unknown, number>()
  private readonly globals = new Map<string, number>()
  private slots = 0
  private readonly storages: TorchTensor[] = []

  run(value: TorchValue): TorchPickle {
    this.out.u8(Op.PROTO).u8(2)
    this.value(value)
    this.out.u8(Op.STOP)
    return { bytes: this.out.written(), storages: this.storages }
  }

  private value(value: TorchValue): void {
    if (value === null) this.out.u8(Op.NONE)
    else if (typeof value === 'boolean') this.out.u8(value ? Op.NEWTRUE : Op.NEWFALSE)
    else if (typeof value === 'number') this.number(value)
    else if (typeof value === 'bigint') this.long(value)
    else if (value instanceof PyFloat) this.out.u8(Op.BINFLOAT).f64BigEndian(value.value)
    else if (!this.recall(value)) this.memoized(value)
  }

  private memoized(value: string | Extract<TorchValue, object>): void {
    if (typeof value === 'string') this.string(value)
    else if (value instanceof TorchTensor) this.tensor(value)
    else if (value instanceof OrderedDict) this.orderedDict(value)
    else if (value instanceof PyTuple) this.tuple(value.items, value)
    else if (Array.isArray(value)) this.list(value)
    else if (value instanceof Map) this.dict(value)
    else throw new TypeError('not a value of a torch file')
  }

  private number(value: number): void {
    if (!Number.isSafeInteger(value)) this.out.u8(Op.BINFLOAT).f64BigEndian(value)
    else if (value >= 0 && value <= 0xff) this.out.u8(Op.BININT1).u8(value)
    else if (value >= 0 && value <= 0xffff) this.out.u8(Op.BININT2).u16(value)
    else if (value >= -0x80000000 && value <= 0x7fffffff) this.out.u8(Op.BININT).i32(value)
    else this.long(BigInt(value))
  }

  /** Two's complement, in as few bytes as hold the sign. */
  private long(value: bigint): void {
    let length = 1
    while (BigInt.asIntN(8 * length, value) !== value) length += 1
    if (length > 8) throw new RangeError(`${String(value)} does not fit in 64 bits`)
    this.out.u8(Op.LONG1).u8(length)
    for (let i = 0; i < length; i++) this.out.u8(Number((value >> BigInt(8 * i)) & 0xffn))
  }

  private string(value: string): void {
    const bytes = new TextEncoder().encode(value)
    this.out.u8(Op.BINUNICODE).u32(bytes.length).raw(bytes)
    this.memoize(value)
  }

  private list(values: TorchValue[]): void {
    this.out.u8(Op.EMPTY_LIST)
    this.memoize(values)
    for (let start = 0; start < values.length; start += BATCH) {
      const batch = values.slice(start, start + BATCH)
      if (batch.length > 1) this.out.u8(Op.MARK)
      for (const value of batch) this.value(value)
      this.out.u8(batch.length > 1 ? Op.APPENDS : Op.APPEND)
    }
  }

  private dict(entries: Map<TorchValue, TorchValue>): void {
    this.out.u8(Op.EMPTY_DICT)
    this.memoize(entries)
    this.items(entries)
  }

  private items(entries: Map<TorchValue, TorchValue>): void {
    const pairs = [...entries]
    for (let start = 0; start < pairs.length; start += BATCH) {
      const batch = pairs.slice(start, start + BATCH)
      if (batch.length > 1) this.out.u8(Op.MARK)
      for (const [key, value] of batch) {
        this.value(key)
        this.value(value)
      }
      this.out.u8(batch.length > 1 ? Op.SETITEMS : Op.SETITEM)
    }
  }

  private orderedDict(dict: OrderedDict): void {
    this.emptyOrderedDict(dict)
    this.items(dict.entries)
    if (dict.state === undefined) return
    this.value(dict.state)
    this.out.u8(Op.BUILD)
  }

  /** Later mentions refer to `owner`; every call makes a new dict. */
  private emptyOrderedDict(owner: object): void {
    this.global('collections', 'OrderedDict')
    this.out.u8(Op.EMPTY_TUPLE).u8(Op.REDUCE)
    this.memoize(owner)
  }

  private tuple(items: readonly TorchValue[], owner: object): void {
    if (items.length === 0) {
      this.out.u8(Op.EMPTY_TUPLE)
      return
    }
    const short = [Op.TUPLE1, Op.TUPLE2, Op.TUPLE3][items.length - 1]
    if (short === undefined) this.out.u8(Op.MARK)
    for (const item of items) this.value(item)
    this.out.u8(short ?? Op.TUPLE)
    this.memoize(owner)
  }

  /** _rebuild_tensor_v2(storage, offset 0, shape, strides, requires_grad False, hooks {}) */
  private tensor(tensor: TorchTensor): void {
    this.global('torch._utils', '_rebuild_tensor_v2')
    this.out.u8(Op.MARK)
    this.storage(tensor)
    this.value(0)
    this.tuple(tensor.shape, {})
    this.tuple(contiguousStrides(tensor.shape), {})
    this.value(false)
    this.emptyOrderedDict({})
    this.out.u8(Op.TUPLE)
    this.memoize({})
    this.out.u8(Op.REDUCE)
    this.memoize(tensor)
  }

  /** The persistent id ('storage', class, key, device, elements). */
  private storage(tensor: TorchTensor): void {
    const key = String(this.storages.length)
    this.storages.push(tensor)
    this.out.u8(Op.MARK)
    this.value('storage')
    this.global('torch', torchStorages[tensor.dtype])
    this.value(key)
    this.value('cpu')
    this.value(elementCount(tensor.shape))
    this.out.u8(Op.TUPLE)
    this.memoize({})
    this.out.u8(Op.BINPERSID)
  }

  private global(module: string, name: string): void {
    const key = `${module} ${name}`
    const slot = this.globals.get(key)
    if (slot !== undefined) {
      this.get(slot)
      return
    }
    this.out.u8(Op.GLOBAL).utf8(`${module}\n${name}\n`)
    this.globals.set(key, this.put())
  }

  private recall(value: unknown): boolean {
    const slot = this.memo.get(value)
    if (slot === undefined) return false
    this.get(slot)
    return true
  }

  private memoize(value: unknown): void {
    this.memo.set(value, this.put())
  }

  private get(slot: number): void {
    if (slot <= 0xff) this.out.u8(Op.BINGET).u8(slot)
    else this.out.u8(Op.LONG_BINGET).u32(slot)
  }

  private put(): number {
    const slot = this.slots
    this.slots += 1
    if (slot <= 0xff) this.out.u8(Op.BINPUT).u8(slot)
    else this.out.u8(Op.LONG_BINPUT).u32(slot)
    return slot
  }
}

/** Elements between neighbours along each dimension; like torch, it counts a size of 0 as 1. */
function contiguousStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1)
  for (let i = shape.length - 2; i >= 0; i--) {
    strides[i] = (strides[i + 1] ?? 1) * Math.max(shape[i + 1] ?? 1, 1)
  }
  return strides
}

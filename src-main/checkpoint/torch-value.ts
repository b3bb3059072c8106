/**
 * The content of a torch file: a tree of Python's plain values with tensors at its leaves.
 *
 * Reading and writing use the same tree. It does not contain the tensors' bytes, which come in chunks on demand, so a
 * tree takes kilobytes whatever its tensors' size.
 */
import { bytesPerElement, elementCount, narrow, widen } from './dtype'
import type { Dtype, NamedArray } from './types'

/** Elements that are converted and written at once. */
const CHUNK_ELEMENTS = 1 << 18

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** A contiguous row-major tensor whose little-endian bytes come on demand, any number of times. */
export class TorchTensor {
  constructor(
    readonly dtype: Dtype,
    readonly shape: readonly number[],
    readonly chunks: () => Chunks,
  ) {}

  get byteLength(): number {
    return bytesPerElement[this.dtype] * elementCount(this.shape)
  }
}

/** collections.OrderedDict; `state` is the content of its `__dict__` (a state dict's `_metadata`). */
export class OrderedDict {
  constructor(
    readonly entries: Map<TorchValue, TorchValue>,
    readonly state?: TorchValue,
  ) {}
}

/** A tuple where a list would be wrong. Reading gives lists for both. */
export class PyTuple {
  constructor(readonly items: readonly TorchValue[]) {}
}

/** A Python float, where JavaScript's 1 would become Python's int. */
export class PyFloat {
  constructor(readonly value: number) {}
}

export type TorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | TorchTensor
  | OrderedDict
  | PyTuple
  | PyFloat
  | TorchValue[]
  | Map<TorchValue, TorchValue>

/** A tensor over an array in memory; nothing is copied until it is written. */
export function tensorOf(array: NamedArray): TorchTensor {
  const shape = [...array.shape]
  const length = elementCount(shape)
  if (length !== array.data.length) {
    throw new RangeError(`${String(array.data.length)} elements for the shape [${shape.join(', ')}]`)
  }
  return new TorchTensor(array.dtype, shape, function* () {
    for (let start = 0; start < length; start += CHUNK_ELEMENTS) {
      yield narrow(array, start, Math.min(start + CHUNK_ELEMENTS, length))
    }
  })
}

/** The whole tensor in memory, bfloat16 and float16 widened to float32. */
export async function arrayOf(tensor: TorchTensor): Promise<NamedArray> {
  const bytes = new Uint8Array(tensor.byteLength)
  let filled = 0
  for await (const chunk of tensor.chunks()) {
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  return { shape: [...tensor.shape], dtype: tensor.dtype, data: widen(tensor.dtype, bytes) }
}

/** A dict's entries, ordered or not; undefined where the value is no dict. */
export function entriesOf(value: TorchValue): Map<TorchValue, TorchValue> | undefined {
  if (value instanceof OrderedDict) return value.entries
  return value instanceof Map ? value : undefined
}

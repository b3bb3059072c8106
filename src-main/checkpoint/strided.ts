/**
 * Views into a storage: a torch tensor may be a part of a storage, transposed, or share it. Counts are elements. Pure.
 */
import { elementCount } from './dtype'

/** Where a tensor's elements lie in a storage; all counts are elements. */
export interface View {
  shape: number[]
  strides: number[]
  offset: number
}

/** Position in the storage of the view's i-th element in row-major order. */
function elementAt({ shape, strides, offset }: View, index: number): number {
  let position = offset
  let rest = index
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d] ?? 1
    position += (rest % size) * (strides[d] ?? 0)
    rest = Math.floor(rest / size)
  }
  return position
}

export function lastElement({ shape, strides, offset }: View): number {
  return shape.reduce((position, size, d) => position + (size - 1) * (strides[d] ?? 0), offset)
}

/** Row-major without gaps; the stride of a dimension of size 1 does not matter. */
export function isContiguous({ shape, strides }: View): boolean {
  let expected = 1
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== expected) return false
    expected *= shape[d] ?? 1
  }
  return true
}

/**
 * The bytes of a view's elements in row-major order.
 * @param source the whole storage
 * @param size bytes of an element
 */
export function gather(source: Uint8Array, view: View, size: number): Uint8Array {
  const count = elementCount(view.shape)
  if (isContiguous(view)) return source.subarray(view.offset * size, (view.offset + count) * size)
  const target = new Uint8Array(count * size)
  for (let i = 0; i < count; i++) {
    const from = elementAt(view, i) * size
    for (let b = 0; b < size; b++) target[i * size + b] = source[from + b] ?? 0
  }
  return target
}

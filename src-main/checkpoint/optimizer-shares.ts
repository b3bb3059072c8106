/**
 * Arrays of the optimizers' state that several ranks have in shares, a file each: cut for one of them, and put together
 * again, whichever number of ranks wrote them.
 *
 * An array of the whole shape is whole, on whichever rank it is. Else the ranks' arrays follow one another along the first
 * axis, and what is beyond the whole is filling.
 */
import type { MidbenchError } from '../errors'
import { ownRows, type Share } from '../optimizers/shares'
import { elementCount } from './dtype'
import { floatsOf } from './state-dict'
import { TorchTensor, type TorchValue } from './torch-value'
import type { FloatArray } from './types'

/** What a rank has of an array of a parameter of AdamW, or of a matrix of its own; it shares the array's memory. */
export function ownPart(name: string, array: FloatArray, share: Share): FloatArray {
  if (share.sharedOut.get(name)?.by !== 'rows') return array
  const { first, count } = ownRows(array.shape, share)
  const size = array.data.length / (array.shape[0] ?? 1)
  return {
    shape: [count, ...array.shape.slice(1)],
    data: array.data.subarray(first * size, (first + count) * size),
  }
}

/**
 * The tensors that an array is in: one that is whole, else every rank's. Reads no data.
 *
 * @param tensors by rank
 * @throws the error for one that is missing or has another shape
 */
export function sharesOf(
  tensors: readonly (TorchValue | undefined)[],
  shape: readonly number[],
  what: string,
  fail: (reason: string) => MidbenchError,
): TorchTensor[] {
  const there = tensors.filter((tensor) => tensor instanceof TorchTensor)
  if (there.length === 0) throw fail(`${what} is missing`)
  const whole = there.find((tensor) => String(tensor.shape) === String(shape))
  if (whole !== undefined) return [whole]
  const shares = tensors.map((share, rank) => {
    if (!(share instanceof TorchTensor)) throw fail(`rank ${String(rank)} has no ${what}`)
    if (tensors.length > 1 && String(share.shape.slice(1)) === String(shape.slice(1))) return share
    throw fail(`${what} has shape [${share.shape.join(', ')}] in place of [${shape.join(', ')}]`)
  })
  const found = shares.reduce((sum, share) => sum + elementCount(share.shape), 0)
  if (found >= elementCount(shape)) return shares
  throw fail(
    `${String(tensors.length)} ranks have ${String(found)} of the ${String(elementCount(shape))} numbers of ${what}: the file of a rank is missing`,
  )
}

/** The shares after one another, without what fills up the last ones. */
export async function joined(
  shares: readonly TorchTensor[],
  shape: readonly number[],
  what: string,
): Promise<Float32Array> {
  const [whole] = shares
  if (whole !== undefined && shares.length === 1) return (await floatsOf(whole, what)).data
  const data = new Float32Array(elementCount(shape))
  let filled = 0
  for (const tensor of shares) {
    const share = (await floatsOf(tensor, what)).data.subarray(0, data.length - filled)
    data.set(share, filled)
    filled += share.length
  }
  return data
}

/**
 * How a tensor's numbers are distributed. Two passes over its bytes in chunks, so a tensor of any size costs a few
 * megabytes; about a second for a hundred million numbers.
 */
import { join } from 'node:path'
import { MidbenchError } from '../errors'
import { widen } from './dtype'
import { fileNames } from './nanochat-files'
import { namedTensors } from './state-dict'
import { withTorchFile } from './torch-read'
import type { TorchTensor } from './torch-value'

export interface Histogram {
  /** Of the finite numbers; null where there are none. */
  min: number | null
  max: number | null
  mean: number | null
  /** Standard deviation. */
  deviation: number | null
  zeros: number
  /** NaN and infinities. */
  notFinite: number
  /** Finite numbers in each of the equal intervals from min to max; the last includes max. */
  counts: number[]
}

/**
 * The distribution of one tensor of a model.
 * @param dir holds model_*.pt
 * @param name as the file has it
 * @throws MidbenchError `checkpoint.missing` where there is no such tensor; what {@link openTorchFile} throws
 */
export function tensorHistogram(dir: string, step: number, name: string, intervals = 64): Promise<Histogram> {
  const path = join(dir, fileNames(step).model)
  return withTorchFile(path, async (root) => {
    const tensor = namedTensors(root, path).get(name)
    if (tensor !== undefined) return histogramOf(tensor, intervals)
    throw new MidbenchError({ code: 'checkpoint.missing', message: `${path} has no tensor ${name}.` })
  })
}

export async function histogramOf(tensor: TorchTensor, intervals: number): Promise<Histogram> {
  const { min, max, sum, count, zeros, notFinite } = await measure(tensor)
  const counts = Array.from({ length: intervals }, () => 0)
  if (count === 0) return { min: null, max: null, mean: null, deviation: null, zeros, notFinite, counts }
  const mean = sum / count
  const scale = max > min ? intervals / (max - min) : 0
  let squares = 0
  await forEachNumber(tensor, (value) => {
    if (!Number.isFinite(value)) return
    squares += (value - mean) ** 2
    const interval = Math.min(Math.floor((value - min) * scale), intervals - 1)
    counts[interval] = (counts[interval] ?? 0) + 1
  })
  return { min, max, mean, deviation: Math.sqrt(squares / count), zeros, notFinite, counts }
}

async function measure(tensor: TorchTensor) {
  const totals = { min: Infinity, max: -Infinity, sum: 0, count: 0, zeros: 0, notFinite: 0 }
  await forEachNumber(tensor, (value) => {
    if (!Number.isFinite(value)) {
      totals.notFinite += 1
      return
    }
    totals.min = Math.min(totals.min, value)
    totals.max = Math.max(totals.max, value)
    totals.sum += value
    totals.count += 1
    if (value === 0) totals.zeros += 1
  })
  return totals
}

async function forEachNumber(tensor: TorchTensor, use: (value: number) => void): Promise<void> {
  for await (const chunk of tensor.chunks()) {
    for (const value of widen(tensor.dtype, chunk)) use(Number(value))
  }
}

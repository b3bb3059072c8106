/**
 * The distribution of a tensor's numbers. Makes two passes over its bytes in chunks, so a tensor of any size takes a
 * few megabytes; about a second for a hundred million numbers.
 */
import { join } from 'node:path'
import { MidbenchError } from '../errors'
import { widen } from './dtype'
import { fileNames } from './nanochat-files'
import { namedTensors } from './state-dict'
import { withTorchFile } from './torch-read'
import type { TorchTensor } from './torch-value'
import type { Dtype } from './types'

export interface Histogram {
  /** This and the next three are over the finite numbers; null where there are none. */
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

export interface HistogramOptions {
  /** @default 64 */
  intervals?: number
  /** Receives the bytes read so far and the total of both passes. */
  onProgress?: (done: number, total: number) => void
  /** Checked after every chunk. */
  signal?: AbortSignal
}

/**
 * The distribution of one tensor of a model.
 * @param dir holds model_*.pt
 * @param name the tensor's name in the file
 * @throws MidbenchError `checkpoint.missing` where there is no such tensor; `cancelled`; what {@link openTorchFile}
 * throws
 */
export function tensorHistogram(
  dir: string,
  step: number,
  name: string,
  options: HistogramOptions = {},
): Promise<Histogram> {
  const path = join(dir, fileNames(step).model)
  return withTorchFile(path, async (root) => {
    const tensor = namedTensors(root, path).get(name)
    if (tensor !== undefined) return histogramOf(tensor, options)
    throw new MidbenchError({ code: 'checkpoint.missing', message: `${path} has no tensor ${name}.` })
  })
}

export async function histogramOf(
  tensor: TorchTensor,
  { intervals = 64, onProgress, signal }: HistogramOptions = {},
): Promise<Histogram> {
  let bytesRead = 0
  const read = async (use: (values: Floats) => void): Promise<void> => {
    for await (const chunk of tensor.chunks()) {
      use(floatsOf(tensor.dtype, chunk))
      bytesRead += chunk.length
      onProgress?.(bytesRead, 2 * tensor.byteLength)
      if (signal?.aborted) throw new MidbenchError({ code: 'cancelled', message: 'The reading was stopped.' })
    }
  }
  const totals = { min: Infinity, max: -Infinity, sum: 0, count: 0, zeros: 0, notFinite: 0 }
  await read((values) => {
    measure(values, totals)
  })
  const { min, max, sum, count, zeros, notFinite } = totals
  const counts = Array.from({ length: intervals }, () => 0)
  if (count === 0) return { min: null, max: null, mean: null, deviation: null, zeros, notFinite, counts }
  const mean = sum / count
  let squares = 0
  await read((values) => {
    squares += countIn(counts, values, { min, max, mean })
  })
  return { min, max, mean, deviation: Math.sqrt(squares / count), zeros, notFinite, counts }
}

type Floats = Float32Array | Float64Array

function floatsOf(dtype: Dtype, chunk: Uint8Array): Floats {
  const values = widen(dtype, chunk)
  return values instanceof Float32Array ? values : Float64Array.from(values, Number)
}

interface Totals {
  min: number
  max: number
  sum: number
  count: number
  zeros: number
  notFinite: number
}

function measure(values: Floats, totals: Totals): void {
  let { min, max, sum, count, zeros, notFinite } = totals
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (!Number.isFinite(value)) {
      notFinite += 1
      continue
    }
    if (value < min) min = value
    if (value > max) max = value
    if (value === 0) zeros += 1
    sum += value
    count += 1
  }
  Object.assign(totals, { min, max, sum, count, zeros, notFinite } satisfies Totals)
}

/** Counts the finite values into `counts`. @returns the sum of their squared distances from the mean */
function countIn(
  counts: number[],
  values: Floats,
  { min, max, mean }: { min: number; max: number; mean: number },
): number {
  const last = counts.length - 1
  const scale = max > min ? counts.length / (max - min) : 0
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (!Number.isFinite(value)) continue
    squares += (value - mean) ** 2
    const interval = Math.min(Math.floor((value - min) * scale), last)
    counts[interval] = (counts[interval] ?? 0) + 1
  }
  return squares
}

/**
 * The machine's own matrix rate, with which MFU on a CPU and the benchmarks are compared.
 *
 * It is the best of some products of 2048 by 2048 matrices through the same library that trains, and takes half a
 * second. Where other programs run, the products share the processors with them, and even the best may be far below the
 * machine's own rate; so the result also says whether the machine was at rest.
 */
import { DType } from './graph-def'
import { watchOthers } from './other-load'
import type { Tensorflow, TensorflowBinding } from './tensorflow'

const side = 2048
const leastTries = 5
const leastSeconds = 0.5
/** A product had its processors to itself when its threads ran for this share of its time. */
const UNDISTURBED = 0.9
/** It had them too when others took, throughout, no more than this share of a processor for each of its threads. */
const QUIET = 0.1

export interface MatrixRate {
  /** FLOPs a second of the best product. */
  flops: number
  /** Null where the machine was at rest; else why it was not, or why that is unknown. */
  disturbance: string | null
}

/** @param dtype of the two factors and the product */
export function matrixRate(
  { binding, threads }: Pick<Tensorflow, 'binding' | 'threads'>,
  dtype: 'float32' | 'bfloat16',
): MatrixRate {
  const values = new Float32Array(side * side).fill(0.5)
  const single = binding.createTensor([side, side], DType.float32, values)
  const factor = dtype === 'float32' ? single : cast(binding, single)
  const others = watchOthers()
  const began = performance.now()
  let best: TimedProduct = { seconds: Infinity, ran: 0 }
  for (let i = 0; i < leastTries || secondsSince(began) < leastSeconds; i++) {
    const product = timed(binding, factor, DType[dtype])
    if (product.seconds < best.seconds) best = product
  }
  for (const id of new Set([single, factor])) binding.deleteTensor(id)
  return { flops: (2 * side ** 3) / best.seconds, disturbance: disturbanceOf(best, others(), threads) }
}

interface TimedProduct {
  seconds: number
  /** Seconds that this process's threads ran, in total. */
  ran: number
}

function timed(binding: TensorflowBinding, factor: number, dtype: number): TimedProduct {
  const before = process.cpuUsage()
  const started = performance.now()
  const [product] = multiply(binding, factor, dtype)
  const seconds = secondsSince(started)
  const { user, system } = process.cpuUsage(before)
  if (product) binding.deleteTensor(product.id)
  return { seconds, ran: (user + system) / 1e6 }
}

/** @param others number of processors that they kept busy; null where that is not known */
export function disturbanceOf(
  { seconds, ran }: TimedProduct,
  others: number | null,
  threads: number,
): string | null {
  if (ran >= UNDISTURBED * seconds * threads) return null
  if (others === null) return 'how busy the machine was while it was measured cannot be told here'
  if (others <= QUIET * threads) return null
  return `other programs kept ${others.toFixed(1)} processors busy while it was measured`
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000
}

function cast(binding: TensorflowBinding, id: number): number {
  const { TF_ATTR_TYPE, TF_ATTR_BOOL } = binding
  const attributes = [
    { name: 'SrcT', type: TF_ATTR_TYPE, value: DType.float32 },
    { name: 'DstT', type: TF_ATTR_TYPE, value: DType.bfloat16 },
    { name: 'Truncate', type: TF_ATTR_BOOL, value: false },
  ]
  return binding.executeOp('Cast', attributes, [id], 1)[0]?.id ?? id
}

function multiply(
  binding: TensorflowBinding,
  id: number,
  dtype: number,
): ReturnType<TensorflowBinding['executeOp']> {
  const { TF_ATTR_TYPE, TF_ATTR_BOOL } = binding
  const attributes = [
    { name: 'T', type: TF_ATTR_TYPE, value: dtype },
    { name: 'transpose_a', type: TF_ATTR_BOOL, value: false },
    { name: 'transpose_b', type: TF_ATTR_BOOL, value: false },
  ]
  return binding.executeOp('MatMul', attributes, [id, id], 1)
}

/**
 * The machine's own matrix rate: what MFU on a CPU and the benchmarks are measured against.
 *
 * The best of some products of 2048 by 2048 matrices through the same library that trains; half a second. Where other
 * programs run, most products share the processor with them; more of them find it free sooner or later.
 */
import { DType } from './graph-def'
import type { TensorflowBinding } from './tensorflow'

const side = 2048
const leastTries = 5
const leastSeconds = 0.5

/**
 * @param dtype of the two factors and the product
 * @returns FLOPs a second
 */
export function matrixRate(binding: TensorflowBinding, dtype: 'float32' | 'bfloat16'): number {
  const values = new Float32Array(side * side).fill(0.5)
  const single = binding.createTensor([side, side], DType.float32, values)
  const factor = dtype === 'float32' ? single : cast(binding, single)
  const began = performance.now()
  let best = Infinity
  for (let i = 0; i < leastTries || secondsSince(began) < leastSeconds; i++) {
    const started = performance.now()
    const [product] = multiply(binding, factor, DType[dtype])
    best = Math.min(best, secondsSince(started))
    if (product) binding.deleteTensor(product.id)
  }
  for (const id of new Set([single, factor])) binding.deleteTensor(id)
  return (2 * side ** 3) / best
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

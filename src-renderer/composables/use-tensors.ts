/** The tensors of the selected checkpoint, and how the numbers of one of them are distributed. */
import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { CheckpointRow, TensorHistogram, TensorSummary } from '../api/types'
import { keyOf } from '../checkpoints/rows'
import { useJob, type UseJobReturn } from './use-job'

export interface UseTensorsReturn extends Pick<UseJobReturn, 'running' | 'progress' | 'cancel'> {
  /** In the file's order; null while its header is read. */
  tensors: ShallowRef<TensorSummary[] | null>
  tensorsError: ShallowRef<CallError | null>
  /** Name of the tensor whose numbers are counted or shown. */
  counted: ShallowRef<string | null>
  histogram: ShallowRef<TensorHistogram | null>
  histogramError: ShallowRef<CallError | null>
  count: (name: string) => Promise<void>
}

export function useTensors(row: Readonly<Ref<CheckpointRow>>): UseTensorsReturn {
  const { running, progress, run, cancel } = useJob()
  const tensors = shallowRef<TensorSummary[] | null>(null)
  const tensorsError = shallowRef<CallError | null>(null)
  const counted = shallowRef<string | null>(null)
  const histogram = shallowRef<TensorHistogram | null>(null)
  const histogramError = shallowRef<CallError | null>(null)
  let request = 0

  async function load({ dir, step, planned }: CheckpointRow): Promise<void> {
    const ours = ++request
    cancel()
    tensors.value = planned ? [] : null
    tensorsError.value = histogramError.value = counted.value = histogram.value = null
    if (planned) return
    try {
      const found = await call('checkpoints.tensors', { dir, step })
      if (ours === request) tensors.value = found
    } catch (failure) {
      if (ours === request) tensorsError.value = toCallError(failure)
    }
  }

  async function count(name: string): Promise<void> {
    const { dir, step } = row.value
    counted.value = name
    histogram.value = histogramError.value = null
    try {
      const found = await run((job) => call('checkpoints.histogram', { dir, step, name, job }))
      if (found && counted.value === name) histogram.value = found
    } catch (failure) {
      histogramError.value = toCallError(failure)
    }
  }

  watch(
    () => keyOf(row.value),
    () => void load(row.value),
    { immediate: true },
  )
  return { tensors, tensorsError, counted, histogram, histogramError, running, progress, count, cancel }
}

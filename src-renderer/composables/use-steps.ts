/**
 * Steps and batches of what Packing shows: micro-batches per step, where a run of a set number of steps ends, and the
 * first batch of a step.
 */
import { computed, type ComputedRef } from 'vue'
import { batchesPerStep, firstBatchOf } from '../packing/source'
import { usePackingSource } from './use-packing-source'
import { useCheck } from './use-check'

export interface UseStepsReturn {
  perStep: ComputedRef<number>
  /** Steps of the run in sight, or of the run that the project would make; null while not known. */
  runSteps: ComputedRef<number | null>
  batchOfStep: (step: number) => number
}

export function useSteps(): UseStepsReturn {
  const { source } = usePackingSource()
  const { derived } = useCheck()

  const perStep = computed(() => (source.value ? batchesPerStep(source.value.config) : 1))
  const runSteps = computed(() => {
    const run = source.value?.run
    return (run ? run.total_steps : derived.value?.steps) ?? null
  })
  const batchOfStep = (step: number): number => (source.value ? firstBatchOf(step, source.value.config) : 0)

  return { perStep, runSteps, batchOfStep }
}

/**
 * Packings side by side on this very mixture. One job packs the chosen variants one after another, and each row of the
 * table appears as soon as it is known. Results are remembered for as long as the mixture stays the same.
 */
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { JobProgress, PackingComparison } from '../api/types'
import { mixtureContext } from '../packing/context'
import { firstChoices, variantKey, variantsOf, type Choices, type Variant } from '../packing/variants'
import { useJob } from './use-job'
import { useNavigation } from './use-navigation'
import { usePackingSource } from './use-packing-source'
import { useProject } from './use-project'

export interface ComparedVariant {
  variant: Variant
  /** Null while it has not been packed. */
  result: PackingComparison | null
}

export interface UseCompareReturn {
  choices: ShallowRef<Choices>
  rows: ComputedRef<ComparedVariant[]>
  /** The chosen variants that have not been packed. */
  missing: ComputedRef<Variant[]>
  running: ComputedRef<boolean>
  /** What is being packed, and how much of everything that was asked for is done. */
  progress: ComputedRef<Omit<JobProgress, 'job'> | null>
  error: ShallowRef<CallError | null>
  compare: () => Promise<void>
  cancel: () => void
}

export function useCompare(): UseCompareReturn {
  const { project } = useProject()
  const { source } = usePackingSource()
  const { batch: target } = useNavigation()
  const job = useJob()
  const choices = shallowRef<Choices>({ policies: [], lengths: [], buffers: [] })
  const known = shallowRef<ReadonlyMap<string, PackingComparison>>(new Map())
  const error = shallowRef<CallError | null>(null)
  const asked = shallowRef({ done: 0, total: 0 })

  const context = computed(() => {
    if (!source.value) return ''
    const { total_batch_size } = source.value.config
    return JSON.stringify([target.value.split, total_batch_size, mixtureContext(source.value)])
  })
  const rows = computed(() => {
    if (!source.value) return []
    return variantsOf(source.value.config, choices.value).map((variant) => ({
      variant,
      result: known.value.get(variantKey(variant)) ?? null,
    }))
  })
  const missing = computed(() => rows.value.filter(({ result }) => !result).map(({ variant }) => variant))
  const progress = computed(() => {
    if (!job.running.value) return null
    const { what = 'Packing', done = 0, total = null, unit } = job.progress.value ?? {}
    if (unit !== undefined && unit !== 'packings' && total) return { what, done, total, unit }
    const { done: before, total: all } = asked.value
    return { what, done: before + (unit === 'packings' ? done : 0), total: all, unit: 'packings' }
  })

  async function compare(): Promise<void> {
    if (!source.value || missing.value.length === 0) return
    const { of } = source.value
    const { split } = target.value
    const variants = missing.value
    error.value = null
    try {
      await job.run(async (name) => {
        for (const [done, variant] of variants.entries()) {
          if (job.running.value !== name) return // cancelled between two of them
          asked.value = { done, total: variants.length }
          const [result] = await call('packing.compare', {
            ...of,
            split,
            variants: [variant],
            job: name,
          })
          if (result && job.running.value === name) learn(variant, result)
        }
      })
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  function learn(variant: Variant, result: PackingComparison): void {
    known.value = new Map(known.value).set(variantKey(variant), result)
  }

  watch(context, () => {
    job.cancel()
    known.value = new Map()
    error.value = null
  })
  watch(
    () => (source.value?.run ? source.value.run.id : project.value?.id),
    () => {
      if (source.value) choices.value = firstChoices(source.value.config)
    },
    { immediate: true },
  )

  return {
    choices,
    rows,
    missing,
    running: computed(() => job.running.value !== null),
    progress,
    error,
    compare,
    cancel: job.cancel,
  }
}

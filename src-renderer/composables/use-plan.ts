/**
 * The plan of the epoch for the split in sight. A job that can be cancelled makes it, again when its inputs change. The
 * last plans are kept, so that looking at the other split and back costs nothing.
 */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { PlanView } from '../api/types'
import { planContext } from '../packing/context'
import { useJob } from './use-job'
import { useNavigation } from './use-navigation'
import { usePackingSource } from './use-packing-source'

const KEPT = 4

export const usePlan = createSharedComposable(() => {
  const { source } = usePackingSource()
  const { batch: target } = useNavigation()
  const job = useJob()
  const made = shallowRef<ReadonlyMap<string, PlanView>>(new Map())
  const error = shallowRef<CallError | null>(null)

  const context = computed(() => (source.value ? `${target.value.split} ${planContext(source.value)}` : null))
  /** Null while it is not known; an older plan is never shown for a newer config. */
  const plan = computed(() => (context.value === null ? null : (made.value.get(context.value) ?? null)))

  /** Makes the plan, unless it is known. */
  async function make(): Promise<void> {
    job.cancel()
    error.value = null
    const key = context.value
    if (!source.value || key === null || plan.value) return
    const { of } = source.value
    const { split } = target.value
    try {
      const answer = await job.run((name) => call('packing.plan', { ...of, split, job: name }))
      if (answer) made.value = new Map([...[...made.value].slice(1 - KEPT), [key, answer]])
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  watchDebounced(context, () => void make(), { debounce: 150, immediate: true })

  return { plan, error, running: job.running, progress: job.progress, make, cancel: job.cancel }
})

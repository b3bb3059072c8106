/** What adding runs to the queue would come to, asked for again whenever the project or the grid changes. */
import { watchDebounced } from '@vueuse/core'
import { computed, shallowRef, type Ref, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { GridAxis, QueuePlan } from '../api/types'
import { useCountedFacts } from './use-packing-facts'
import { useQueue } from './use-queue'

export interface UseQueuePlanReturn {
  /** Of the grid as it is; null while it is not known. */
  plan: ShallowRef<QueuePlan | null>
  error: ShallowRef<CallError | null>
}

/** @param axes the grid; null while something of it is wrong */
export function useQueuePlan(axes: Readonly<Ref<GridAxis[] | null>>): UseQueuePlanReturn {
  const { asked } = useQueue()
  const { facts } = useCountedFacts()
  const plan = shallowRef<QueuePlan | null>(null)
  const error = shallowRef<CallError | null>(null)
  let request = 0

  const question = computed(() => {
    const runs = axes.value && asked(axes.value)
    return runs && { ...runs, facts: facts.value }
  })

  async function ask(): Promise<void> {
    const ours = ++request
    const now = question.value
    if (now === null) {
      plan.value = null
      return
    }
    try {
      const answer = await call('queue.plan', now)
      if (ours !== request) return
      plan.value = answer
      error.value = null
    } catch (failure) {
      if (ours !== request) return
      plan.value = null
      error.value = toCallError(failure)
    }
  }

  watchDebounced(
    () => JSON.stringify(question.value),
    () => void ask(),
    { debounce: 250, immediate: true },
  )
  return { plan, error }
}

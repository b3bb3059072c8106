/**
 * Where the conversations of the batch in training lie, from step to step. They are the run's own data, even if the
 * project has changed since. They are asked for at most once a second, one at a time, and never while the page is
 * hidden. A run at rest shows its last step's batch. Of several ranks, it is the chosen one's.
 */
import { useDocumentVisibility } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { BatchLayout } from '../api/types'
import { batchesPerStep, rankOf } from '../packing/source'
import { isActive } from '../runs/run-state'
import { useNavigation } from './use-navigation'
import { useRun } from './use-run'

const LEAST_MS = 1000
/** Delay after a failure, whose cause may go away. */
const RETRY_MS = 10_000

export interface RunBatch {
  runId: string
  /** The rank whose batch it is, and how many train. */
  rank: number
  ranks: number
  /** The step's first batch. */
  batch: number
  /** Number of batches in the step. */
  ofStep: number
  step: number
  inTraining: boolean
}

export interface ShownLayout {
  of: RunBatch
  layout: BatchLayout
}

export interface UseRunLayoutReturn {
  /** At most a second late; null before the run has come so far. */
  shown: ShallowRef<ShownLayout | null>
  error: ShallowRef<CallError | null>
}

export function useRunLayout(): UseRunLayoutReturn {
  const { run, record, latest } = useRun()
  const { rank } = useNavigation()
  const visibility = useDocumentVisibility()
  const shown = shallowRef<ShownLayout | null>(null)
  const error = shallowRef<CallError | null>(null)

  /** Null before the run has come so far. */
  const wanted = computed<RunBatch | null>(() => {
    const { detail } = record.value
    if (!run.value || detail?.id !== run.value.id) return null
    const { step: done, first_batch: last } = latest.value ?? { step: 0, first_batch: 0 }
    const goesOn = isActive(run.value.state) && done !== detail.total_steps
    if (done === 0 && !goesOn) return null
    const ofStep = batchesPerStep(detail.config)
    const next = { step: done + 1, batch: done === 0 ? 0 : last + ofStep, inTraining: true }
    const trained = { step: done, batch: last, inTraining: false }
    const { config } = detail
    const whose = { runId: run.value.id, rank: rankOf(config, rank.value), ranks: config.world_size }
    return { ...whose, ofStep, ...(goesOn ? next : trained) }
  })

  let asking = false
  let askedAt = -Infinity
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    timer = undefined
    const of = wanted.value
    if (!of) return
    asking = true
    askedAt = performance.now()
    try {
      const { runId, rank, batch } = of
      const layout = await call('packing.layout', { runId, rank, split: 'train', batch })
      shown.value = { of, layout }
      error.value = null
    } catch (failure) {
      error.value = toCallError(failure)
    } finally {
      asking = false
    }
    if (wanted.value !== of) follow()
  }

  function follow(): void {
    const [of, now] = [wanted.value, shown.value]
    if (now && now.of.runId !== of?.runId) shown.value = null
    if (!of || visibility.value === 'hidden') return
    if (shown.value?.of.batch === of.batch && shown.value.of.rank === of.rank)
      shown.value = { ...shown.value, of }
    else if (!asking) {
      const rest = askedAt + (error.value ? RETRY_MS : LEAST_MS) - performance.now()
      timer ??= setTimeout(() => void ask(), Math.max(0, rest))
    }
  }

  watch([wanted, visibility], follow, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
  return { shown, error }
}

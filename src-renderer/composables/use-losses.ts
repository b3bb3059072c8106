/**
 * How hard each token of the batch in sight is to predict for a checkpoint: the last one of the batch's run, for a
 * project's batch that of the current run, or the base where there is none. Loading a checkpoint takes seconds, so
 * losses are computed only while they are shown, as a job that another batch cancels. The last answers are kept.
 */
import { watchDebounced } from '@vueuse/core'
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { BatchLosses, BatchView, JobProgress } from '../api/types'
import { packingContext } from '../packing/context'
import { batchesPerStep } from '../packing/source'
import { tokenLosses, type TokenLosses } from '../packing/losses'
import { useJob } from './use-job'
import { usePackingSource } from './use-packing-source'
import { useRun } from './use-run'
import { useRuns } from './use-runs'

const KEPT = 12
/** A batch is asked about once it has been in sight for this long. */
const ASK_AFTER_MS = 300

export interface UseLossesReturn {
  /** Null while they are not known. */
  losses: ComputedRef<TokenLosses | null>
  result: ComputedRef<BatchLosses | null>
  /** The checkpoint's owner: a run's name, or the base's. */
  whose: ComputedRef<string>
  running: ShallowRef<string | null>
  progress: ShallowRef<JobProgress | null>
  error: ShallowRef<CallError | null>
  ask: () => Promise<void>
  cancel: () => void
}

/** @param wanted whether the losses are to be shown now */
export function useLosses(
  batch: Readonly<ShallowRef<BatchView | null>>,
  wanted: () => boolean,
): UseLossesReturn {
  const { source } = usePackingSource()
  const { run } = useRun()
  const { runs } = useRuns()
  const job = useJob()
  const known = shallowRef<ReadonlyMap<string, BatchLosses>>(new Map())
  const error = shallowRef<CallError | null>(null)

  /** The run that the batch belongs to; for a project's batch, the current run. */
  const ofRun = computed(() => {
    const { id } = source.value?.run ?? {}
    return id === undefined ? run.value : (runs.value.find((one) => one.id === id) ?? null)
  })
  /** The run to ask, once it has a checkpoint. */
  const asked = computed(() => (ofRun.value && ofRun.value.checkpoints.length > 0 ? ofRun.value : null))
  const key = computed(() => {
    if (!source.value || !batch.value) return null
    const { split, batch: index } = batch.value
    const { id, checkpoints } = asked.value ?? {}
    const { run: own, config } = source.value
    // Once the run has made the batch's step, it may have recorded its losses.
    const isMade = own !== null && Math.floor(index / batchesPerStep(config)) < (ofRun.value?.step ?? 0)
    const about = [split, index, own?.id, id, checkpoints?.at(-1), isMade, config.model_step]
    return JSON.stringify([...about, packingContext(source.value)])
  })
  const result = computed(() => (key.value === null ? null : (known.value.get(key.value) ?? null)))
  const losses = computed(() => (result.value ? tokenLosses(result.value) : null))
  const whose = computed(() => asked.value?.name ?? 'the base checkpoint')

  async function ask(): Promise<void> {
    job.cancel()
    error.value = null
    const about = key.value
    if (!wanted() || !source.value || !batch.value || about === null || result.value) return
    const { split, batch: index } = batch.value
    const { of } = source.value
    const whom = 'runId' in of ? of : { ...of, runId: asked.value?.id ?? null }
    try {
      const answer = await job.run((name) =>
        call('losses.batch', { ...whom, split, batch: index, job: name }),
      )
      if (answer) known.value = new Map([...[...known.value].slice(1 - KEPT), [about, answer]])
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  watchDebounced([key, wanted], () => void ask(), { debounce: ASK_AFTER_MS, immediate: true })

  return {
    losses,
    result,
    whose,
    running: job.running,
    progress: job.progress,
    error,
    ask,
    cancel: job.cancel,
  }
}

/**
 * Finds where a conversation is packed and shows it there: its batch first, then its place in the batch. Finding it is
 * a job, since that needs the plan of the epoch. Where several ranks train, the one that reads it is shown.
 */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { BatchView, ConversationPlace, JobProgress } from '../api/types'
import { useJob } from './use-job'
import { useNavigation, type SampleTarget } from './use-navigation'
import { usePackingSource } from './use-packing-source'

export interface UseFindConversationReturn {
  /** The conversation that is looked for, or was looked for last. */
  sought: ShallowRef<SampleTarget | null>
  running: ShallowRef<string | null>
  progress: ShallowRef<JobProgress | null>
  /** Whether it is in no batch of the epoch's complete steps. */
  neverTrained: ShallowRef<boolean>
  error: ShallowRef<CallError | null>
  cancel: () => void
}

/** @param show shows a place in the batch in sight */
export function useFindConversation(
  batch: Readonly<ShallowRef<BatchView | null>>,
  show: (place: ConversationPlace) => void,
): UseFindConversationReturn {
  const { source } = usePackingSource()
  const { batch: target, packingRun, rank, wantedConversation: wanted } = useNavigation()
  const job = useJob()
  const sought = shallowRef<SampleTarget | null>(null)
  const neverTrained = shallowRef(false)
  const error = shallowRef<CallError | null>(null)
  /** The place that was found, while its batch is awaited. */
  const found = shallowRef<(ConversationPlace & SampleTarget) | null>(null)

  async function find(target: SampleTarget): Promise<void> {
    if (!source.value) return
    const { split, index: conversation } = target
    const { world_size: ranks } = source.value.config
    if (ranks > 1) rank.value = conversation % ranks // rank r of W reads conversations r, r + W, …
    const { of } = source.value
    sought.value = target
    found.value = null
    neverTrained.value = false
    error.value = null
    try {
      const place = await job.run((name) => call('packing.find', { ...of, split, conversation, job: name }))
      if (place === undefined) return // cancelled
      neverTrained.value = place === null
      if (place) take({ ...place, ...target })
    } catch (failure) {
      error.value = toCallError(failure)
    }
  }

  function take(place: ConversationPlace & SampleTarget): void {
    found.value = place
    const { split, batch: index } = place
    if (target.value.split !== split || target.value.batch !== index) target.value = { split, batch: index }
  }

  watch(packingRun, () => {
    // a place found in one source means nothing in another
    job.cancel()
    sought.value = found.value = error.value = null
    neverTrained.value = false
  })
  watch(
    [wanted, source],
    () => {
      const next = wanted.value
      if (!next || !source.value) return
      wanted.value = null
      void find(next)
    },
    { immediate: true },
  )
  watch(
    [found, batch],
    () => {
      const place = found.value
      if (!place || batch.value?.batch !== place.batch || batch.value.split !== place.split) return
      found.value = null
      show(place)
    },
    { flush: 'post' },
  )
  watch(target, ({ split, batch: index }) => {
    const place = found.value
    if (place && (place.split !== split || place.batch !== index)) found.value = null // the person has moved on
  })

  return {
    sought,
    running: job.running,
    progress: job.progress,
    neverTrained,
    error,
    cancel: job.cancel,
  }
}

/**
 * The batches of the run that is going on, as far as they are those that Packing shows: the one in training can be
 * followed, from step to step as fast as batches come, until the person goes to another. A run that was started with
 * other options trains other batches, and that is said.
 */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { packAlike } from '../packing/alike'
import { isActive } from '../runs/run-state'
import { useNavigation } from './use-navigation'
import { useProject } from './use-project'
import { useRun } from './use-run'

export interface UseRunBatchesReturn {
  /** Name of the run that is going on, where it trains other batches than the project's. */
  otherRun: ComputedRef<string | null>
  /** First batch of the step in training; null where none is, or it is another's. */
  inTraining: ComputedRef<number | null>
  following: Ref<boolean>
}

/** @param loading the batch in sight is still being packed: the next one waits for it */
export function useRunBatches(loading: Readonly<Ref<boolean>>): UseRunBatchesReturn {
  const { run, record, latest, canStop } = useRun()
  const { config } = useProject()
  const { batch: target } = useNavigation()
  const following = ref(false)

  const trained = computed(() => (run.value && canStop.value ? (record.value.detail?.config ?? null) : null))
  const isOther = computed(() =>
    Boolean(trained.value && config.value && !packAlike(trained.value, config.value)),
  )
  const otherRun = computed(() => (isOther.value ? (run.value?.name ?? null) : null))
  const inTraining = computed(() => {
    if (!trained.value || isOther.value || !run.value || !isActive(run.value.state)) return null
    const { total_batch_size, device_batch_size, max_seq_len } = trained.value
    return latest.value ? latest.value.first_batch + total_batch_size / (device_batch_size * max_seq_len) : 0
  })

  /** What following has last gone to: anything else is the person's own choice. */
  let ours: typeof target.value | null = null
  watch([inTraining, following, loading], () => {
    const batch = inTraining.value
    if (!following.value || batch === null || loading.value) return
    if (target.value.split === 'train' && target.value.batch === batch) ours = target.value
    else target.value = ours = { split: 'train', batch }
  })
  watch(target, (now) => {
    if (now !== ours) following.value = false
  })

  return { otherRun, inTraining, following }
}

/**
 * The batches of the current run. The one in training can be followed from step to step, as fast as batches come, until
 * the person goes to another. The followed batches are the run's own, even if the project has changed since. Where the
 * project's batches are in sight and the run trains others, `otherRun` says so.
 */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { packAlike } from '../packing/alike'
import { batchesPerStep } from '../packing/source'
import { isActive } from '../runs/run-state'
import { useNavigation } from './use-navigation'
import { useProject } from './use-project'
import { useRun } from './use-run'

export interface UseRunBatchesReturn {
  /** Name of the current run, where the project's batches are in sight and it trains others. */
  otherRun: ComputedRef<string | null>
  /** First batch of the step in training; null where no step is. */
  inTraining: ComputedRef<number | null>
  following: Ref<boolean>
}

/** @param loading whether the batch in sight is still being packed: following then waits */
export function useRunBatches(loading: Readonly<Ref<boolean>>): UseRunBatchesReturn {
  const { run, record, latest, canStop } = useRun()
  const { config } = useProject()
  const { batch: target, packingRun } = useNavigation()
  const following = ref(false)

  const trained = computed(() => (run.value && canStop.value ? (record.value.detail?.config ?? null) : null))
  const otherRun = computed(() => {
    const isOther = trained.value && config.value && !packAlike(trained.value, config.value)
    return packingRun.value === null && isOther ? (run.value?.name ?? null) : null
  })
  const inTraining = computed(() => {
    if (!trained.value || !run.value || !isActive(run.value.state)) return null
    return latest.value ? latest.value.first_batch + batchesPerStep(trained.value) : 0
  })

  /** The last batch that following went to. Any other batch is the person's choice, and ends the following. */
  let ours: typeof target.value | null = null
  let followed: string | null = null
  watch([inTraining, following, loading], () => {
    const batch = inTraining.value
    if (!following.value || batch === null || loading.value || !run.value) return
    packingRun.value = followed = run.value.id
    if (target.value.split === 'train' && target.value.batch === batch) ours = target.value
    else target.value = ours = { split: 'train', batch }
  })
  watch([target, packingRun], ([now, from]) => {
    if (now !== ours || from !== followed) following.value = false
  })

  return { otherRun, inTraining, following }
}

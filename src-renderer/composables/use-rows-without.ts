/**
 * Steps through the rows of the epoch that have no target, or few: shows the next one, or the one before, in whichever
 * batch it lies. Rows are known once the epoch is planned.
 */
import { computed, nextTick, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { BatchModel } from '../packing/batch-model'
import { rowLacking, type Lacking, type RowPlace } from '../packing/targets'
import type { Cell } from '../packing/viewport'
import { useNavigation } from './use-navigation'
import { usePlan } from './use-plan'

export interface UseRowsWithoutReturn {
  /** The rows that are stepped through; those with few where the person chose so, or none has no target at all. */
  lacking: ComputedRef<Lacking>
  choose: (rows: Lacking) => void
  /** The rows before and after the one that is read; null where there is none. */
  previous: ComputedRef<RowPlace | null>
  next: ComputedRef<RowPlace | null>
  go: (by: 1 | -1) => void
}

/**
 * @param model the batch in sight
 * @param cell the token that is read in it
 * @param show shows a row of the batch in sight
 */
export function useRowsWithout(
  model: Readonly<Ref<BatchModel | null>>,
  cell: Readonly<Ref<Cell | null>>,
  show: (row: number) => void,
): UseRowsWithoutReturn {
  const { plan } = usePlan()
  const { batch: target, packingRun, rank } = useNavigation()
  /** The row to show once its batch is in sight. */
  let wanted: RowPlace | null = null

  const chosen = shallowRef<Lacking>('none')
  const lacking = computed(() => (plan.value?.targets.rows_without === 0 ? 'few' : chosen.value))

  /** Before the first row where none is read. */
  const from = computed(() => ({ batch: target.value.batch, row: cell.value?.row ?? null }))
  const find = (by: 1 | -1): RowPlace | null => {
    const { batch, row } = from.value
    return plan.value && rowLacking(plan.value, lacking.value, { batch, row: row ?? (by === 1 ? -1 : 0) }, by)
  }
  const previous = computed(() => find(-1))
  const next = computed(() => find(1))

  function go(by: 1 | -1): void {
    wanted = by === 1 ? next.value : previous.value
    if (wanted === null) return
    if (isInSight(wanted)) showWanted()
    else target.value = { ...target.value, batch: wanted.batch }
  }
  function isInSight({ batch }: RowPlace): boolean {
    const shown = model.value?.batch
    return shown?.split === target.value.split && shown.batch === batch
  }
  function showWanted(): void {
    if (wanted) show(wanted.row)
    wanted = null
  }

  watch(model, async () => {
    if (!wanted || !isInSight(wanted)) return
    await nextTick() // whatever looks at the batch has taken the new one
    showWanted()
  })
  watch([target, packingRun, rank], ([to, run, rankNow], [from, runBefore, rankBefore]) => {
    const isOther = run !== runBefore || rankNow !== rankBefore
    const isElsewhere = isOther || to.split !== from.split || to.batch !== wanted?.batch
    if (isElsewhere) wanted = null // the person has moved on
  })
  return { lacking, choose: (rows) => (chosen.value = rows), previous, next, go }
}

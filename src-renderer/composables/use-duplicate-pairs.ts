/** The pairs that are listed, a page at a time, and the selected one side by side. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { ComparedPair, DuplicatePairs, PairsOf } from '../api/types'
import { pairsOfNumbers, type Exclude } from '../mixture/exclude'
import { useDuplicates } from './use-duplicates'

export const PAGE = 100

export interface UseDuplicatePairsReturn {
  /** null while the first page is being read. */
  page: ShallowRef<DuplicatePairs | null>
  /** Number of the first pair of the page. */
  offset: Ref<number>
  /** The selected pair's place in the page. */
  selected: Ref<number>
  compared: ShallowRef<ComparedPair | null>
  error: ShallowRef<CallError | null>
  hasNext: ComputedRef<boolean>
  turn: (by: number) => void
  /** Everything that excluding all listed pairs would exclude; null where that failed. */
  rowsOfAll: () => Promise<Exclude | null>
}

/** @param of which pairs are listed */
export function useDuplicatePairs(of: () => PairsOf): UseDuplicatePairsReturn {
  const { searched } = useDuplicates()
  const page = shallowRef<DuplicatePairs | null>(null)
  const offset = ref(0)
  const selected = ref(0)
  const compared = shallowRef<ComparedPair | null>(null)
  const error = shallowRef<CallError | null>(null)

  /** The answer to the latest question only. */
  function latest<T>(take: (answer: T | null) => void): (ask: () => Promise<T>) => Promise<void> {
    let question = 0
    return async (ask) => {
      const ours = ++question
      try {
        const answer = await ask()
        if (ours === question) take(answer)
      } catch (failure) {
        if (ours !== question) return
        error.value = toCallError(failure)
        take(null)
      }
    }
  }
  const takePage = latest<DuplicatePairs>((answer) => {
    page.value = answer
    if (answer) error.value = null
  })
  const takePair = latest<ComparedPair>((answer) => (compared.value = answer))

  const kindKey = computed(() => JSON.stringify(of()))
  watch(kindKey, () => {
    offset.value = 0
    page.value = null
  })
  watch(
    [kindKey, offset, searched],
    () => {
      if (!searched.value) return
      const { config, dir } = searched.value
      const asked = of()
      selected.value = 0
      void takePage(() =>
        call('duplicates.pairs', { config, dir, of: asked, offset: offset.value, limit: PAGE }),
      )
    },
    { immediate: true },
  )
  watch(
    [page, selected],
    () => {
      const pair = page.value?.pairs[selected.value]
      if (!pair || !searched.value) compared.value = null
      else {
        const { config, dir } = searched.value
        const { kind } = of()
        void takePair(() => call('duplicates.compare', { config, dir, kind, index: pair.index }))
      }
    },
    { immediate: true },
  )

  async function rowsOfAll(): Promise<Exclude | null> {
    if (!searched.value) return null
    const { config, dir } = searched.value
    try {
      return pairsOfNumbers(await call('duplicates.rows', { config, dir, of: of() }))
    } catch (failure) {
      error.value = toCallError(failure)
      return null
    }
  }

  return {
    page,
    offset,
    selected,
    compared,
    error,
    hasNext: computed(() => offset.value + PAGE < (page.value?.total ?? 0)),
    turn: (by) => (offset.value = Math.max(0, offset.value + by * PAGE)),
    rowsOfAll,
  }
}

/**
 * How curves are drawn, the same in all places that have some: they are kept with the settings, once a choice has rested
 * for a moment, since a slider gives many.
 */
import { createSharedComposable, useDebounceFn } from '@vueuse/core'
import { computed, shallowRef, type ComputedRef } from 'vue'
import { PLAIN_CURVES } from '../../src-main/contract/contract'
import type { CurveChoices } from '../api/types'
import { useSettings } from './use-settings'

const REST_MS = 250

export interface UseCurveChoicesReturn {
  choices: ComputedRef<CurveChoices>
  choose: (change: Partial<CurveChoices>) => void
}

export const useCurveChoices = createSharedComposable((): UseCurveChoicesReturn => {
  const { settings, update } = useSettings()
  /** What was chosen and is not kept yet. */
  const chosen = shallowRef<CurveChoices | null>(null)
  const choices = computed(() => chosen.value ?? settings.value?.curves ?? PLAIN_CURVES)

  const keep = useDebounceFn(async () => {
    const kept = choices.value
    await update({ curves: kept })
    if (chosen.value === kept) chosen.value = null
  }, REST_MS)

  function choose(change: Partial<CurveChoices>): void {
    chosen.value = { ...choices.value, ...change }
    void keep()
  }

  return { choices, choose }
})

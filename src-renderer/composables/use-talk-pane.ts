/**
 * Whether Talk's pane is in sight beside the conversation, and what it shows. The choice is kept with the settings. A narrow window
 * begins with it folded, and what is unfolded there is not kept: it would cover half of the conversation next time.
 */
import { createSharedComposable, useMediaQuery } from '@vueuse/core'
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { useSettings } from './use-settings'

const NARROW = '(max-width: 1199px)'

export interface UseTalkPaneReturn {
  isOpen: ComputedRef<boolean>
  toggle: () => void
  shown: Ref<'prompts' | 'measured'>
}

export const useTalkPane = createSharedComposable((): UseTalkPaneReturn => {
  const { settings, update } = useSettings()
  const isNarrow = useMediaQuery(NARROW)
  const isOpenNarrow = ref(false)
  const shown = ref<'prompts' | 'measured'>('prompts')
  const isOpen = computed(() =>
    isNarrow.value ? isOpenNarrow.value : (settings.value?.talk_prompts ?? true),
  )

  function toggle(): void {
    if (isNarrow.value) isOpenNarrow.value = !isOpenNarrow.value
    else void update({ talk_prompts: !isOpen.value })
  }

  return { isOpen, toggle, shown }
})

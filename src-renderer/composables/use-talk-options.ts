/** How answers are drawn and shown, wherever the window has been in between. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Sampling } from '../api/types'

/** nanochat's own, for a chat. */
const sampling = shallowRef<Sampling>({ temperature: 0.6, top_k: 50, seed: 42, max_tokens: 256, samples: 1 })
const shownAs = ref<'text' | 'tokens'>('text')
/** Whether the calculator's results are put into answers. */
const calculator = ref(true)

export interface UseTalkOptionsReturn {
  sampling: ShallowRef<Sampling>
  shownAs: Ref<'text' | 'tokens'>
  calculator: Ref<boolean>
}

export function useTalkOptions(): UseTalkOptionsReturn {
  return { sampling, shownAs, calculator }
}

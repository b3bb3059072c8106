/**
 * The size of text, which is that of everything in the window: kept as a setting, applied by the main process.
 */
import { computed, type ComputedRef } from 'vue'
import { TEXT_SIZES } from '../../src-main/contract/contract'
import type { Settings } from '../api/types'
import { command, type Command } from '../palette/match'
import { useSettings } from './use-settings'

type TextSize = Settings['text_size']
const USUAL: TextSize = 100

export interface UseTextSizeReturn {
  /** Percent. */
  size: ComputedRef<TextSize>
  /** The next larger size and the next smaller one; null where there is none. */
  larger: ComputedRef<TextSize | null>
  smaller: ComputedRef<TextSize | null>
  /** Does nothing where it is given null. */
  choose: (size: TextSize | null) => void
  toUsual: () => void
}

export function useTextSize(): UseTextSizeReturn {
  const { settings, update } = useSettings()
  const size = computed(() => settings.value?.text_size ?? USUAL)
  const larger = computed(() => TEXT_SIZES.find((one) => one > size.value) ?? null)
  const smaller = computed(() => TEXT_SIZES.findLast((one) => one < size.value) ?? null)

  function choose(next: TextSize | null): void {
    if (next !== null) void update({ text_size: next })
  }
  return { size, larger, smaller, choose, toUsual: () => choose(USUAL) }
}

export function textSizeCommands({ larger, smaller, choose, toUsual }: UseTextSizeReturn): Command[] {
  return [
    command('text larger', 'Larger text', 'settings', () => choose(larger.value), 'Ctrl +'),
    command('text smaller', 'Smaller text', 'settings', () => choose(smaller.value), 'Ctrl -'),
    command('text usual', 'Usual size of text', 'settings', toUsual, 'Ctrl 0'),
  ]
}

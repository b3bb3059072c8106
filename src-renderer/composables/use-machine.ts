/**
 * Which machine the window shows, and the state of the way to it. Opening another loads the page anew: nothing here has
 * to follow.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, ref, shallowRef } from 'vue'
import { call } from '../api/client'
import type { MachineStatus } from '../api/types'
import { useEvent } from './use-event'
import { useNotices } from './use-notices'

export const useMachine = createSharedComposable(() => {
  const status = shallowRef<MachineStatus | null>(null)
  const { attempt } = useNotices()
  /** Its name; null for this computer. */
  const host = computed(() => status.value?.host ?? null)
  /** Whether what is shown may be of the past. */
  const isAway = computed(() => host.value !== null && status.value?.state !== 'connected')
  const dialogOpen = ref(false)

  async function load(): Promise<void> {
    status.value = await call('machine.status', {})
  }
  async function leave(): Promise<void> {
    await attempt('This computer cannot be shown', () => call('machine.leave', {}))
  }
  async function retry(): Promise<void> {
    await attempt('The machine cannot be reached', () => call('machine.retry', {}))
  }

  useEvent('machine.changed', (next) => (status.value = next))
  return { status, host, isAway, dialogOpen, load, leave, retry }
})

/**
 * Where the next run's trainer runs, and the self-test that decides it: asked once, then kept up to date.
 */
import { createSharedComposable } from '@vueuse/core'
import { shallowRef } from 'vue'
import { call } from '../api/client'
import type { TrainerStatus } from '../api/types'
import { useEvent } from './use-event'
import { useNotices } from './use-notices'

export const useTrainer = createSharedComposable(() => {
  const status = shallowRef<TrainerStatus | null>(null)
  const { attempt } = useNotices()

  async function load(): Promise<void> {
    const answer = await attempt('Where the trainer runs is not known', () => call('trainer.status', {}))
    if (answer) status.value = answer
  }

  useEvent('trainer.changed', (changed) => {
    status.value = changed
  })
  return { status, load }
})

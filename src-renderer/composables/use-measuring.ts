/** The measurings that go on, wait, or ended lately; starting and ending them. They go on whatever place is in sight. */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { call } from '../api/client'
import type { CallInput } from '../../src-main/contract/contract'
import type { Measuring } from '../api/types'
import { useEvent } from './use-event'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useProject } from './use-project'

export type Asked = Omit<CallInput<'measuring.start'>, 'config' | 'dir'>

export const useMeasuring = createSharedComposable(() => {
  const list = shallowRef<Measuring[]>([])
  const { project } = useProject()
  const { attempt, tell } = useNotices()
  const { place, showCheckpoints } = useNavigation()

  function take(now: Measuring[]): void {
    for (const { id, title, state } of now) {
      const before = list.value.find((each) => each.id === id)
      const justEnded = before?.state === 'measuring' && (state === 'done' || state === 'failed')
      if (!justEnded || place.value === 'runs') continue
      const said = state === 'done' ? `${title} is measured` : `${title} could not be measured`
      tell(said, { label: 'Show', run: showCheckpoints })
    }
    list.value = now
  }

  async function load(): Promise<void> {
    list.value = await call('measuring.list', {})
  }

  /** @returns whether it was put in the list */
  async function start(asked: Asked): Promise<boolean> {
    const current = project.value
    if (!current) return false
    const { config, dir } = current
    const title = 'The measuring was not started'
    const started = await attempt(title, () => call('measuring.start', { ...asked, config, dir }))
    if (started === undefined) return false
    await load()
    return true
  }

  /** Ends one, or takes one that has ended out of the list. */
  function cancel(id: string): void {
    void attempt('The measuring was not ended', () => call('measuring.cancel', { id }))
  }

  useEvent('measuring.changed', (changed) => {
    take(changed.list)
  })
  void load().catch(() => undefined) // what changes later is told
  return { list, going: computed(() => list.value.some(({ state }) => state === 'measuring')), start, cancel }
})

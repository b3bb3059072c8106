/** Removes a conversation at once, without asking; the last one can be brought back. */
import { shallowRef } from 'vue'
import { call } from '../api/client'
import type { TalkSummary } from '../api/types'
import { useNotices } from './use-notices'
import { useTalkShelf } from './use-talk-shelf'

const last = shallowRef<{ place: string; talk: TalkSummary } | null>(null)

export interface UseTalkRemovalReturn {
  /** The last removal, until it is undone or dismissed. */
  last: Readonly<typeof last>
  remove: (talk: TalkSummary) => Promise<void>
  undo: () => Promise<void>
  dismiss: () => void
}

export function useTalkRemoval(): UseTalkRemovalReturn {
  const { place: at, current, keep, drop, put, open } = useTalkShelf()
  const { attempt } = useNotices()

  async function remove(talk: TalkSummary): Promise<void> {
    const place = at.value
    if (place === null) return
    if (current.value?.id === talk.id) await keep() // what was said last comes back with it
    const gone = await attempt('The conversation was not removed', () =>
      call('talk.remove', { place, id: talk.id }),
    )
    if (!gone) return
    last.value = { place, talk }
    drop(talk.id)
  }

  async function undo(): Promise<void> {
    if (last.value === null) return
    const { place, talk } = last.value
    const back = await attempt('The conversation was not brought back', () =>
      call('talk.restore', { place, id: talk.id }),
    )
    if (!back) return
    last.value = null
    if (place !== at.value) return
    put(back)
    await open(back.id)
  }

  function dismiss(): void {
    last.value = null
  }

  return { last, remove, undo, dismiss }
}

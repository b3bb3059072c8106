/** Gives a kept conversation another name. */
import { call } from '../api/client'
import { useNotices } from './use-notices'
import { useTalkShelf } from './use-talk-shelf'

export interface UseTalkRenameReturn {
  /** A name of blanks changes nothing. */
  rename: (id: string, name: string) => Promise<void>
}

export function useTalkRename(): UseTalkRenameReturn {
  const { place, list, current } = useTalkShelf()
  const { attempt } = useNotices()

  async function rename(id: string, name: string): Promise<void> {
    const at = place.value
    if (at === null || name.trim() === '') return
    const summary = await attempt('The conversation was not renamed', () =>
      call('talk.rename', { place: at, id, name }),
    )
    if (!summary) return
    list.value = list.value.map((each) => (each.id === id ? summary : each))
    if (current.value?.id === id) current.value = { ...current.value, name: summary.name }
  }

  return { rename }
}

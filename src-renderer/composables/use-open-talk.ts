/** Which conversation is open in Talk, kept for the next launch to begin with. */
import { watch, type ShallowRef } from 'vue'
import type { TalkSummary } from '../api/types'
import { useNavigation } from './use-navigation'
import { useTalk } from './use-talk'
import { useTalkModels } from './use-talk-models'

interface Shelf {
  /** The one in sight; null while it is not kept. */
  current: Readonly<ShallowRef<{ id: string } | null>>
  list: Readonly<ShallowRef<readonly TalkSummary[]>>
  open: (id: string) => Promise<void>
}

/** @returns opens the one of the last launch, unless a conversation or a model for one was chosen since */
export function useOpenTalk({ current, list, open }: Shelf): () => Promise<void> {
  const { openTalk } = useNavigation()
  const { talk } = useTalk()
  const { chosen } = useTalkModels()
  watch(current, (now) => {
    openTalk.value = now?.id ?? null
  })
  return async () => {
    const { value: id } = openTalk
    const isUntouched =
      current.value === null && talk.value.exchanges.length === 0 && chosen.value.length === 0
    if (id !== null && isUntouched && list.value.some((each) => each.id === id)) await open(id)
  }
}

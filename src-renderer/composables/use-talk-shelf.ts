/**
 * The conversations that are kept with the project. The one in sight is kept by itself, a moment after it has changed;
 * one in which nothing was said is not.
 */
import { createSharedComposable, watchDebounced } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { TalkSummary } from '../api/types'
import { NEW_TALK, type Talk } from '../talk/conversation'
import { fromKept, nameOf, toKept } from '../talk/kept'
import { jobName } from './use-job'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useOpenTalk } from './use-open-talk'
import { useProject } from './use-project'
import { useTalk } from './use-talk'
import { useTalkModels } from './use-talk-models'
import { useTalkOptions } from './use-talk-options'

/** Milliseconds after the last change. */
const KEEP_AFTER = 300

/** A conversation's place among those that are kept. */
interface Kept {
  id: string
  name: string
  created_at: number
}

export const useTalkShelf = createSharedComposable(() => {
  const { project } = useProject()
  const { talk, isAnswering, open: show } = useTalk()
  const { chosen, asked } = useTalkModels()
  const { sampling, calculator } = useTalkOptions()
  const { attempt } = useNotices()
  const { place: inSight } = useNavigation()

  /** The project that the conversations are of: its file, or which of those without a file it is. */
  const whose = computed(() => project.value && (project.value.path ?? project.value.id))
  /** Where the project's conversations lie; null before they are listed. */
  const place = shallowRef<string | null>(null)
  const list = shallowRef<readonly TalkSummary[]>([])
  const problems = shallowRef<readonly string[]>([])
  const error = shallowRef<CallError | null>(null)
  /** The one in sight; null while it is not kept. */
  const current = shallowRef<Kept | null>(null)
  /** The talk as it is on the disk. */
  let onDisk: Talk = NEW_TALK
  /** Those that were removed: what is still being kept of one does not bring it back into the list. */
  const removed = new Set<string>()

  async function load(): Promise<void> {
    const of = whose.value
    try {
      const found = await call('talk.conversations', {})
      if (of !== whose.value) return
      place.value = found.place
      list.value = found.conversations
      problems.value = found.problems
      error.value = null
      await openLast()
    } catch (failure) {
      if (of === whose.value) error.value = toCallError(failure)
    }
  }

  function put(summary: TalkSummary): void {
    removed.delete(summary.id)
    list.value = [summary, ...list.value.filter(({ id }) => id !== summary.id)]
  }

  /** Keeps the conversation in sight as it is now. */
  async function keep(): Promise<void> {
    const at = place.value
    const now = talk.value
    if (at === null || now === onDisk || now.exchanges.length === 0) return
    current.value ??= { id: jobName(), name: nameOf(now), created_at: Date.now() }
    onDisk = now
    const models = asked.value.map(({ model }) => model)
    const options = { models, sampling: sampling.value, calculator: calculator.value }
    const kept = toKept(now, { ...current.value, ...options })
    const summary = await attempt('The conversation was not kept', () =>
      call('talk.keep', { place: at, talk: kept }),
    )
    if (summary) {
      if (at === place.value && !removed.has(summary.id)) put(summary) // else another project has been opened meanwhile
    } else onDisk = NEW_TALK
  }

  function startNew(): void {
    void keep()
    current.value = null
    show(NEW_TALK)
  }

  /** Takes one out of the list; where it is in sight, a new one begins. */
  function drop(id: string): void {
    removed.add(id)
    list.value = list.value.filter((each) => each.id !== id)
    if (current.value?.id !== id) return
    current.value = null
    onDisk = NEW_TALK
    show(NEW_TALK)
  }

  async function open(id: string): Promise<void> {
    const at = place.value
    if (at === null || id === current.value?.id) return
    await keep()
    const kept = await attempt('The conversation was not opened', () => call('talk.open', { place: at, id }))
    if (!kept) return
    show(fromKept(kept))
    onDisk = talk.value
    current.value = kept
    chosen.value = kept.models
    sampling.value = kept.sampling
    calculator.value = kept.calculator
  }

  const openLast = useOpenTalk({ current, list, open })
  watchDebounced(
    () => !isAnswering.value && talk.value,
    (now) => now && void keep(),
    { debounce: KEEP_AFTER },
  )
  watch(whose, () => {
    startNew()
    place.value = null
  })
  watch(
    () => (inSight.value === 'talk' && place.value === null ? whose.value : null),
    (wanted) => wanted !== null && void load(),
    { immediate: true },
  )

  return { place, list, problems, error, current, load, put, drop, keep, startNew, open }
})

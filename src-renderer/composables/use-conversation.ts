/**
 * One conversation as the model sees it, by task and row or by its index in the shuffled mixture. It stays until the
 * next one has arrived, so that stepping through a task does not flicker.
 */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { RenderedConversation, SplitName } from '../api/types'
import { mixtureContext } from '../packing/context'
import type { PackingSource } from '../packing/source'
import { useProject } from './use-project'

export type Where = { index: number } | { task: number; row: number }
export interface Wanted {
  split: SplitName
  at: Where
}

export interface UseConversationReturn {
  conversation: ShallowRef<RenderedConversation | null>
  error: ShallowRef<CallError | null>
  loading: ShallowRef<boolean>
}

function read(of: PackingSource['of'], { split, at }: Wanted): Promise<RenderedConversation> {
  if ('runId' in of) return call('packing.conversation', { ...of, split, at })
  return call('mixture.conversation', { config: of.config, dir: of.dir, split, at })
}

/** @param from the config to read it by, or the run, where that is not the project's */
export function useConversation(
  wanted: () => Wanted | null,
  from?: () => PackingSource['of'] | null,
): UseConversationReturn {
  const { project } = useProject()
  const source = from ?? ((): PackingSource['of'] | null => project.value)
  const conversation = shallowRef<RenderedConversation | null>(null)
  const error = shallowRef<CallError | null>(null)
  const loading = shallowRef(false)
  let request = 0

  async function load(): Promise<void> {
    const ours = ++request
    const target = wanted()
    const at = source()
    if (!target || !at) {
      conversation.value = null
      error.value = null
      return
    }
    loading.value = true
    try {
      const answer = await read(at, target)
      if (ours !== request) return
      conversation.value = answer
      error.value = null
    } catch (failure) {
      if (ours !== request) return
      conversation.value = null
      error.value = toCallError(failure)
    } finally {
      if (ours === request) loading.value = false
    }
  }

  /** What the conversation is read by, as a text to compare. */
  function context(): string | undefined {
    const at = source()
    return !at || 'runId' in at ? at?.runId : mixtureContext(at)
  }
  watch(
    () => JSON.stringify([wanted(), context()]),
    () => void load(),
    { immediate: true },
  )
  return { conversation, error, loading }
}

/**
 * One conversation as the model sees it, by task and row or by its index in the shuffled mixture. While the next one is
 * fetched the last one stays, so that stepping through a task does not flicker.
 */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { Project, RenderedConversation, SplitName } from '../api/types'
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

/** @param from the config it is read by, where that is not the project's */
export function useConversation(
  wanted: () => Wanted | null,
  from?: () => Pick<Project, 'config' | 'dir'> | null,
): UseConversationReturn {
  const { project } = useProject()
  const source = from ?? ((): Project | null => project.value)
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
      const { config, dir } = at
      const answer = await call('mixture.conversation', { config, dir, split: target.split, at: target.at })
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

  watch(
    () => JSON.stringify([wanted(), source()?.config.mixture, source()?.config.base_dir, source()?.dir]),
    () => void load(),
    {
      immediate: true,
    },
  )
  return { conversation, error, loading }
}

/**
 * A look at an entry of the task Conversations while it is edited: its first rows at once, then all rows counted as a
 * job that a further edit or Cancel ends. What was found stays until the next look at the same files has an answer; other
 * files begin with nothing, so that nobody acts on what was found elsewhere. It looks again when something was downloaded.
 */
import { watchDebounced } from '@vueuse/core'
import { shallowRef, watch, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { JobProgress, Look } from '../api/types'
import type { ConversationsEntry } from '../mixture/conversations'
import { useDownloads } from './use-downloads'
import { useJob } from './use-job'
import { useProject } from './use-project'

export interface UseLookReturn {
  look: ShallowRef<Look | null>
  error: ShallowRef<CallError | null>
  /** Name of the job that counts; null while none does. */
  counting: ShallowRef<string | null>
  progress: ShallowRef<JobProgress | null>
  /** Looks again, as after a cancel or when the files have changed. */
  again: () => Promise<void>
  cancel: () => void
}

export function useLook(entry: () => ConversationsEntry): UseLookReturn {
  const { project } = useProject()
  const { finished } = useDownloads()
  const look = shallowRef<Look | null>(null)
  const error = shallowRef<CallError | null>(null)
  const job = useJob()

  async function again(): Promise<void> {
    if (!project.value) return
    const { config, dir } = project.value
    try {
      for (const counts of [false, true]) {
        const asked = { config, dir, entry: entry(), counts }
        const found = await job.run((name) => call('mixture.look', { ...asked, job: name }))
        if (!found) return
        look.value = found
        error.value = null
      }
    } catch (failure) {
      look.value = null
      error.value = toCallError(failure)
    }
  }

  /** Which files it looks at, and for which recipe. */
  const files = (): string => {
    const { config, dir } = project.value ?? {}
    const { source, subset, split } = entry()
    return JSON.stringify([source, subset, split, dir, config?.base_dir, config?.recipe])
  }
  /** How it reads them; a slice or a repeat changes nothing of that. */
  const reading = (): string => {
    const { format, columns, on_bad: bad } = entry()
    return JSON.stringify([format, columns, bad])
  }
  function startOver(): void {
    look.value = null
    error.value = null
    void again()
  }
  watch(finished, () => void again())
  watch(files, startOver, { immediate: true })
  watchDebounced(reading, () => void again(), { debounce: 150 })
  return { look, error, counting: job.running, progress: job.progress, again, cancel: job.cancel }
}

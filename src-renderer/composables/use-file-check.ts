/**
 * JSONL files on their way into the mixture. Each is checked line by line first. One with faults is listed with all of
 * them until it is corrected or dismissed, or another project is opened; until then nothing of it is added.
 */
import { createSharedComposable } from '@vueuse/core'
import { shallowRef, watch } from 'vue'
import { call, CallError, toCallError } from '../api/client'
import type { LinesCheck, SplitName } from '../api/types'
import { useJob } from './use-job'
import { useProject } from './use-project'

export interface RefusedFile {
  path: string
  /** The split that it was meant for. */
  split: SplitName
  /** Its faults; null where it could not be read at all. */
  check: LinesCheck | null
  /** Why it could not be read. */
  error: CallError | null
}

export const useFileCheck = createSharedComposable(() => {
  const refused = shallowRef<RefusedFile[]>([])
  /** The file being checked. */
  const checking = shallowRef<string | null>(null)
  const job = useJob()
  const { project } = useProject()
  watch(
    () => project.value?.path,
    () => (refused.value = []),
  )

  function dismiss(path: string): void {
    refused.value = refused.value.filter((file) => file.path !== path)
  }

  function refuse(path: string, split: SplitName, why: Partial<RefusedFile>): false {
    dismiss(path)
    refused.value = [...refused.value, { path, split, check: null, error: null, ...why }]
    return false
  }

  /** Whether the file has no faults; one that has is listed. */
  async function check(path: string, split: SplitName): Promise<boolean> {
    checking.value = path
    try {
      const found = await job.run((name) => call('mixture.checkFile', { path, job: name }))
      if (!found) return false
      if (found.faultCount > 0) return refuse(path, split, { check: found })
      if (found.conversations === 0) return refuse(path, split, { error: empty(path) })
      dismiss(path)
      return true
    } catch (error) {
      return refuse(path, split, { error: toCallError(error) })
    } finally {
      checking.value = null
    }
  }

  return { refused, checking, check, dismiss, cancel: job.cancel }
})

function empty(path: string): CallError {
  return new CallError({
    code: 'data.empty',
    message: `${path}: there are no conversations`,
    remedy: 'A conversation is a line with an array of messages.',
  })
}

/**
 * Sends the edits of a project to the main process, a moment after they were made and of several the latest only. An
 * edit names its project: another may be open by the time it arrives.
 */
import { call, CallError } from '../api/client'
import type { GivenConfig, Project } from '../api/types'
import { useNotices } from './use-notices'

const SEND_AFTER_MS = 120

interface Edit {
  /** Of the project. */
  id: string
  config: GivenConfig
}

export interface UseEditSendingReturn {
  send: (edit: Edit) => void
  /** Sends what is still waiting. */
  flush: () => Promise<void>
  /** Whether the main process lacks an edit of this project. */
  waitsFor: (id: string) => boolean
}

/** @param answered called with the open project, as the main process has it after an edit */
export function useEditSending(answered: (project: Project) => void): UseEditSendingReturn {
  const { fail } = useNotices()
  let waiting: Edit | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let sending: Promise<void> = Promise.resolve()

  function flush(): Promise<void> {
    clearTimeout(timer)
    const next = waiting
    if (!next) return sending
    sending = sending.then(async () => {
      try {
        const answer = await call('project.edit', next)
        if (waiting === next) waiting = null
        answered(answer)
      } catch (error) {
        if (waiting === next) waiting = null
        const kept = error instanceof CallError && error.code === 'file.unwritable'
        fail(kept ? 'The change is not on the disk yet' : 'The change was not taken', error)
      }
    })
    return sending
  }

  function send(edit: Edit): void {
    if (waiting && waiting.id !== edit.id) void flush()
    waiting = edit
    clearTimeout(timer)
    timer = setTimeout(() => void flush(), SEND_AFTER_MS)
  }

  return { send, flush, waitsFor: (id) => waiting?.id === id }
}

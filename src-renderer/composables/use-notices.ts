/**
 * What has to be said outside the place it concerns: failures of an action, and work that finished out of sight.
 * Failures stay until they are dismissed; other notices go away by themselves.
 */
import { shallowRef, type ShallowRef } from 'vue'
import { toCallError, type CallError } from '../api/client'

export interface Notice {
  id: number
  title: string
  /** Present where something failed: what, where, what to do. */
  error?: CallError
  /** One action to offer. */
  action?: { label: string; run: () => void }
}

const SHOWN_MS = 6000
const notices = shallowRef<Notice[]>([])
let nextId = 1

/** Adds a notice, unless the same one is shown already. */
function add(notice: Omit<Notice, 'id'>): number {
  const id = nextId++
  const alike = (other: Notice): boolean =>
    other.title === notice.title && other.error?.message === notice.error?.message
  const others = notices.value.filter((other) => !alike(other))
  notices.value = [...others.slice(-3), { ...notice, id }]
  return id
}

function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}

/** Says that something finished; the notice goes away by itself. */
function tell(title: string, action?: Notice['action']): void {
  const id = add(action ? { title, action } : { title })
  setTimeout(() => dismiss(id), SHOWN_MS)
}

/** Says that an action failed, until it is dismissed. @returns the notice's id */
function fail(title: string, error: unknown): number {
  return add({ title, error: toCallError(error) })
}

/** Runs an action that a person asked for. If it fails, a notice says so and the result is undefined. */
async function attempt<T>(title: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action()
  } catch (error) {
    fail(title, error)
    return undefined
  }
}

export interface UseNoticesReturn {
  notices: Readonly<ShallowRef<Notice[]>>
  tell: typeof tell
  fail: typeof fail
  attempt: typeof attempt
  dismiss: typeof dismiss
}

export function useNotices(): UseNoticesReturn {
  return { notices, tell, fail, attempt, dismiss }
}

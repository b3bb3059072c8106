/**
 * Finds a text in a task's conversations: all rows that contain it, and the way from one to the next. It reads the
 * whole task, so it is a job that can be cancelled; another text or another task ends it.
 */
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { JobProgress, RunConfig, SplitName } from '../api/types'
import { useJob } from './use-job'

export interface SearchPlace {
  config: RunConfig
  dir: string
  split: SplitName
  /** Its index in the mixture's tasks. */
  task: number
}

export interface UseSearchReturn {
  /** Rows that contain the text; null while no text has been looked for. */
  matches: ShallowRef<Int32Array | null>
  /** What was looked for. */
  text: ShallowRef<string>
  searching: ComputedRef<boolean>
  progress: ShallowRef<JobProgress | null>
  error: ShallowRef<CallError | null>
  /** Looks for a text and returns the first row from `row` on that contains it; null where there is none. */
  search: (wanted: string, row: number) => Promise<number | null>
  /** The next or previous match from a row, round the ends; null without matches. */
  step: (row: number, by: 1 | -1) => number | null
  cancel: () => void
}

export function useSearch(place: () => SearchPlace | null): UseSearchReturn {
  const matches = shallowRef<Int32Array | null>(null)
  const text = shallowRef('')
  const error = shallowRef<CallError | null>(null)
  const job = useJob()

  function clear(): void {
    job.cancel()
    matches.value = null
    text.value = ''
    error.value = null
  }

  async function search(wanted: string, row: number): Promise<number | null> {
    clear()
    const at = place()
    if (!at || wanted === '') return null
    text.value = wanted
    try {
      matches.value =
        (await job.run((name) => call('mixture.search', { ...at, text: wanted, job: name }))) ?? null
    } catch (failure) {
      error.value = toCallError(failure)
    }
    return matches.value?.includes(row) ? row : step(row, 1)
  }

  function step(row: number, by: 1 | -1): number | null {
    const found = matches.value
    if (!found || found.length === 0) return null
    const beyond = by === 1 ? found.find((each) => each > row) : found.findLast((each) => each < row)
    return beyond ?? found.at(by === 1 ? 0 : -1) ?? null
  }

  watch(() => JSON.stringify(place()), clear)
  const searching = computed(() => job.running.value !== null)
  return { matches, text, searching, progress: job.progress, error, search, step, cancel: job.cancel }
}

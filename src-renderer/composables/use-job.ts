/**
 * One long action at a time: its progress and its cancelling. Leaving the place cancels it.
 */
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { call } from '../api/client'
import type { JobProgress } from '../api/types'
import { useEvent } from './use-event'

let count = 0

/** A name for a job that no other window or reload has used. */
export function jobName(): string {
  count += 1
  return `job-${Date.now().toString(36)}-${count}`
}

export interface UseJobReturn {
  /** Name of the current job; null when there is none. */
  running: ShallowRef<string | null>
  progress: ShallowRef<JobProgress | null>
  /**
   * Starts a job, after cancelling the current one.
   * @returns its result, or undefined where it was cancelled meanwhile.
   * @throws CallError where it failed.
   */
  run: <T>(work: (job: string) => Promise<T>) => Promise<T | undefined>
  /** Cancels the current job, if any. */
  cancel: () => void
}

export function useJob(): UseJobReturn {
  const running = shallowRef<string | null>(null)
  const progress = shallowRef<JobProgress | null>(null)

  useEvent('job.progress', (event) => {
    if (event.job === running.value) progress.value = event
  })

  function cancel(): void {
    const job = running.value
    running.value = null
    progress.value = null
    if (job) call('jobs.cancel', { job }).catch(() => undefined) // it may just have finished
  }

  async function run<T>(work: (job: string) => Promise<T>): Promise<T | undefined> {
    cancel()
    const job = jobName()
    running.value = job
    try {
      const result = await work(job)
      return running.value === job ? result : undefined
    } catch (error) {
      if (running.value === job) throw error
      return undefined
    } finally {
      if (running.value === job) {
        running.value = null
        progress.value = null
      }
    }
  }

  onScopeDispose(cancel)
  return { running, progress, run, cancel }
}

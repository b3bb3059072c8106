/**
 * The current run, for every place of the window: its record, and Start, Pause, Resume, Stop and save.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { call, CallError } from '../api/client'
import type { RunState } from '../api/types'
import { RUN_STATES, UNSAVED, actionOf, isActive, type MainAction } from '../runs/run-state'
import { useEvent } from './use-event'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useProject } from './use-project'
import { useRunBeginning } from './use-run-beginning'
import { useRunRecord } from './use-run-record'
import { useRuns } from './use-runs'

/** Notices for a run that ends out of sight. */
const ENDINGS: ReadonlyMap<RunState, string> = new Map([
  ['done', 'The run is done'],
  ['failed', 'The run failed'],
  ['interrupted', 'The run was interrupted'],
])

export const useRun = createSharedComposable(() => {
  const { current } = useRuns()
  const { project, flush } = useProject()
  const { attempt, tell, fail, dismiss } = useNotices()
  const { place, go, showRun } = useNavigation()
  const { record, latest, loading, error } = useRunRecord(computed(() => current.value?.id ?? null))

  const { begin, opening, beginning, cancel } = useRunBeginning(current)

  /** Whether a call is on its way; the button waits for its answer. */
  const busy = shallowRef(false)
  const meaning = computed(() => (current.value ? RUN_STATES[current.value.state] : null))
  const action = computed<MainAction>(() => (current.value ? actionOf(current.value) : 'Start'))
  const enabled = computed(() => !busy.value && project.value !== null && (meaning.value?.enabled ?? true))
  const canStop = computed(
    () => opening.value || (!busy.value && action.value !== 'Start' && (meaning.value?.canStop ?? false)),
  )

  /** Nothing can be saved of a run that was cut off, since it is not in memory, nor of a run that is not there yet. */
  const stopTitle = computed(() => {
    if (opening.value) return 'Cancel'
    return current.value?.state === 'interrupted' ? 'Leave it' : 'Stop and save'
  })

  async function once(title: string, work: () => Promise<unknown>): Promise<void> {
    if (busy.value) return
    busy.value = true
    await attempt(title, work)
    busy.value = false
  }

  const start = () =>
    once('The run did not start', async () => {
      await flush()
      if (!project.value) return
      const { config, dir, path, name, branch } = project.value
      go('train')
      // A project without a file has the name that its file would have had.
      const named = path === null && config.run === 'dummy' ? { name } : {}
      await begin({ config, dir, path, ...named, ...(branch && { branch }) })
    })

  /** @param rows rows per micro-batch, fewer than before */
  const resume = (runId: string, rows?: number) =>
    once('The run did not resume', () =>
      call('runs.resume', { runId, ...(rows === undefined ? {} : { device_batch_size: rows }) }),
    )
  const pause = (runId: string) => once('The run did not pause', () => call('runs.pause', { runId }))

  useEvent('run.refused', ({ failure }) => void fail('The run did not start', new CallError(failure)))

  /** Does what the main button says now. */
  async function toggle(): Promise<void> {
    if (!enabled.value) return
    const id = current.value?.id
    if (action.value === 'Start' || !id) await start()
    else if (action.value === 'Pause') await pause(id)
    else await resume(id)
  }

  async function stop(): Promise<void> {
    if (opening.value) {
      cancel()
      return
    }
    const id = current.value?.id
    if (id && canStop.value) await once('The run did not stop', () => call('runs.stop', { runId: id }))
  }

  watch(
    () => [current.value?.id, current.value?.state] as const,
    ([id, state], [idBefore, before]) => {
      if (!id || id !== idBefore || state === before) return
      const inSight = (place.value === 'train' || place.value === 'runs') && !document.hidden
      const told = state && ENDINGS.get(state)
      if (!inSight && told) tell(told, { label: 'Open', run: () => showRun(id) })
    },
  )

  /** The notice about what could not be saved; null while everything could. */
  let unsaved: number | null = null
  const unsavedError = computed(() => {
    const { error = null, state } = current.value ?? {}
    return state && (isActive(state) || state === 'paused') ? error : null
  })
  watch(
    () => JSON.stringify(unsavedError.value),
    () => {
      if (unsaved !== null) dismiss(unsaved)
      unsaved = unsavedError.value && fail(UNSAVED, new CallError(unsavedError.value))
    },
  )

  return {
    run: current,
    meaning,
    action,
    enabled,
    canStop,
    stopTitle,
    busy,
    opening,
    beginning,
    record,
    latest,
    loading,
    error,
    start,
    resume,
    toggle,
    stop,
  }
})

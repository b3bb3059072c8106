/**
 * Data that the mixture needs and this machine lacks, and its download: one at a time, the others wait. A download goes
 * on while another place is in sight. If it is cancelled or fails, what has arrived is kept, and the next try goes on
 * from there.
 */
import { createGlobalState, watchDebounced } from '@vueuse/core'
import { computed, ref, shallowRef, watch } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { DownloadSize, PendingDownload, SplitName } from '../api/types'
import { useJob } from './use-job'
import { useNavigation } from './use-navigation'
import { useNotices } from './use-notices'
import { useProject } from './use-project'

interface DownloadState {
  phase: 'idle' | 'waiting' | 'running'
  /** Its size; null while that is not known. */
  size: DownloadSize | null
  /** Why its size is not known. */
  sizeError: CallError | null
  /** Why the last try failed. */
  error: CallError | null
  /** Bytes that have arrived, while it runs. */
  done: number | null
}

export type Download = PendingDownload & DownloadState

const AT_REST: DownloadState = { phase: 'idle', size: null, sizeError: null, error: null, done: null }

export const useDownloads = createGlobalState(() => {
  const { project } = useProject()
  const { place } = useNavigation()
  const { tell } = useNotices()
  const pending = shallowRef<PendingDownload[]>([])
  const states = shallowRef<ReadonlyMap<string, DownloadState>>(new Map())
  const offline = ref(false)
  /** Grows with every download that is complete. */
  const finished = ref(0)
  const sizes = useJob()
  const job = useJob()
  let queue: string[] = []
  let running: string | null = null
  let request = 0

  const downloads = computed(() =>
    pending.value.map((each): Download => ({ ...each, ...(states.value.get(each.id) ?? AT_REST) })),
  )

  function put(id: string, change: Partial<DownloadState>): void {
    states.value = new Map(states.value).set(id, { ...(states.value.get(id) ?? AT_REST), ...change })
  }

  /** Looks again for what is missing. */
  async function refresh(): Promise<void> {
    if (!project.value) return
    const ours = ++request
    const { config, dir } = project.value
    const answer = await call('downloads.missing', { config, dir }).catch(() => null)
    if (ours !== request || !answer) return // if the disk cannot be read, opening the mixture says so
    pending.value = answer.pending
    offline.value = answer.offline
    const lacking = new Set(answer.pending.map(({ id }) => id))
    for (const id of [...queue, ...(running ? [running] : [])]) if (!lacking.has(id)) cancel(id)
  }

  /** Asks for the sizes that have not been asked for. */
  async function askSizes(): Promise<void> {
    if (!project.value || offline.value) return
    const { config, dir } = project.value
    for (const { id, size, sizeError, phase } of downloads.value) {
      if (size || sizeError || phase === 'running') continue
      try {
        const answer = await sizes.run((name) => call('downloads.size', { config, dir, id, job: name }))
        if (!answer) return
        put(id, { size: answer })
      } catch (error) {
        put(id, { sizeError: toCallError(error) })
      }
    }
  }

  /** Asks again for the sizes that could not be found out. */
  async function askAgain(): Promise<void> {
    for (const { id, sizeError } of downloads.value) if (sizeError) put(id, { sizeError: null })
    await askSizes()
  }

  async function download(id: string): Promise<void> {
    const label = pending.value.find((each) => each.id === id)?.label
    if (!project.value || label === undefined) return
    const { config, dir } = project.value
    running = id
    put(id, { phase: 'running', error: null, done: null })
    try {
      const done = await job.run((name) => call('downloads.start', { config, dir, id, job: name }))
      put(id, AT_REST)
      if (done && place.value !== 'mixture') tell(`Downloaded: ${label}`)
      if (done) await refresh()
      if (done) finished.value++
    } catch (error) {
      put(id, { ...AT_REST, error: toCallError(error) })
    } finally {
      running = null
    }
  }

  /** Downloads these, after those that run or wait already. */
  async function start(ids: readonly string[]): Promise<void> {
    const added = ids.filter((id) => id !== running && !queue.includes(id))
    for (const id of added) put(id, { phase: 'waiting', error: null })
    queue = [...queue, ...added]
    if (running) return
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) await download(id)
    void askSizes()
  }

  /** Cancels a download; what has arrived is kept. */
  function cancel(id: string): void {
    queue = queue.filter((each) => each !== id)
    if (id === running) job.cancel()
    else put(id, { phase: 'idle' })
  }

  const ofEntry = (split: SplitName, index: number): Download[] =>
    downloads.value.filter(({ entries }) => entries.some((at) => at.split === split && at.index === index))

  watch(job.progress, (progress) => {
    if (!progress || !running) return
    const free = states.value.get(running)?.size?.free ?? 0
    put(running, { done: progress.done, size: { total: progress.total, arrived: progress.done, free } })
  })
  const described = computed(() => {
    const { config, dir } = project.value ?? {}
    return JSON.stringify([config?.recipe, config?.base_dir, config?.mixture, dir])
  })
  watchDebounced(described, () => void refresh(), { debounce: 150, immediate: true })

  return { downloads, offline, finished, start, cancel, askSizes, askAgain, ofEntry, refresh }
})

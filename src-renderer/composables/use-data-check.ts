/**
 * Opens the project's data wherever the window stands, so that what cannot be read is known before Start: again when
 * the mixture changes, when something was downloaded, and when the window comes back into sight, as files change
 * outside it.
 */
import { createSharedComposable, useEventListener, watchDebounced } from '@vueuse/core'
import { computed, shallowRef } from 'vue'
import { call } from '../api/client'
import { packingContext } from '../packing/context'
import { useDownloads } from './use-downloads'
import { useJob } from './use-job'
import { useProject } from './use-project'

export const useDataCheck = createSharedComposable(() => {
  const { project } = useProject()
  const { finished } = useDownloads()
  const job = useJob()
  /** Grows when the data has been opened, or could not be: the check of the options knows of it then. */
  const opened = shallowRef(0)

  async function open(): Promise<void> {
    if (!project.value) return
    const { config, dir } = project.value
    job.cancel()
    // The main process remembers what was wrong, and the next check tells it.
    await job.run((name) => call('mixture.describe', { config, dir, job: name })).catch(() => undefined)
    opened.value++
  }

  const context = computed(() => (project.value ? packingContext(project.value) : null))
  watchDebounced([context, finished], () => void open(), { debounce: 150, immediate: true })
  useEventListener(window, 'focus', () => void open())

  return { opened, progress: job.progress, opening: job.running, open }
})

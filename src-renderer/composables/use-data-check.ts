/**
 * Opens the project's data whichever place is shown, so that what cannot be read is known before Start. It is opened
 * again when the mixture changes, when something was downloaded, and when the window comes back into sight, since files
 * change outside it.
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
  /** Grows when the data was opened or failed to open; the check of the options then knows the outcome. */
  const opened = shallowRef(0)

  async function open(): Promise<void> {
    if (!project.value) return
    const { config, dir } = project.value
    job.cancel()
    // The main process remembers what was wrong, and the next check reports it.
    await job.run((name) => call('mixture.describe', { config, dir, job: name })).catch(() => undefined)
    opened.value++
  }

  const context = computed(() => (project.value ? packingContext(project.value) : null))
  watchDebounced([context, finished], () => void open(), { debounce: 150, immediate: true })
  useEventListener(window, 'focus', () => void open())

  return { opened, progress: job.progress, opening: job.running, open }
})

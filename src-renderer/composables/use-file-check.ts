/**
 * Files and folders of conversations on their way into the mixture. Each is looked at first: nanochat's own lines are
 * checked line by line, other formats are only recognised. One with faults is listed with all of them until it is
 * corrected or dismissed, or another project is opened; until then nothing of it is added.
 */
import { createSharedComposable } from '@vueuse/core'
import { shallowRef, watch } from 'vue'
import { call, toCallError, type CallError } from '../api/client'
import type { LinesCheck, Look, MixtureEntry, SplitName } from '../api/types'
import { badRows } from '../mixture/conversations'
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
    () => project.value?.id,
    () => (refused.value = []),
  )

  function dismiss(path: string): void {
    refused.value = refused.value.filter((file) => file.path !== path)
  }

  function refuse(path: string, split: SplitName, why: Partial<RefusedFile>): null {
    dismiss(path)
    refused.value = [...refused.value, { path, split, check: null, error: null, ...why }]
    return null
  }

  /** The entry that reads a file or folder; null where it has faults, which are listed, or the check was cancelled. */
  async function check(path: string, split: SplitName): Promise<MixtureEntry | null> {
    checking.value = path
    try {
      const entry = await entryOf(path, split)
      if (entry) dismiss(path)
      return entry
    } catch (error) {
      return refuse(path, split, { error: toCallError(error) })
    } finally {
      checking.value = null
    }
  }

  /** Files of nanochat's own lines stay CustomJSON, which nanochat reads too; everything else is Conversations. */
  async function entryOf(path: string, split: SplitName): Promise<MixtureEntry | null> {
    const entry = { task: 'Conversations' as const, source: path }
    const found = await lookAt(entry, false)
    if (!found || !isNanochatLines(found, path)) return found ? entry : null
    const check = await job.run((name) => call('mixture.checkFile', { path, job: name }))
    if (!check) return null
    if (check.faultCount === 0) return { task: 'CustomJSON', filepath: path }
    // A system message or a calculator's parts are no faults of the task Conversations.
    const whole = await lookAt(entry, true)
    return whole && badRows(whole) === 0 ? entry : refuse(path, split, { check })
  }

  async function lookAt(entry: MixtureEntry, counts: boolean): Promise<Look | undefined> {
    if (!project.value) return undefined
    const { config, dir } = project.value
    return job.run((name) => call('mixture.look', { config, dir, entry, counts, job: name }))
  }

  return { refused, checking, check, dismiss, cancel: job.cancel }
})

/** Whether the path is itself a file of nanochat's own lines: CustomJSON reads no folder, not even one of a single file. */
function isNanochatLines({ format, files }: Look, path: string): boolean {
  const [first] = files
  return format === 'nanochat' && first?.kind === 'JSON lines' && files.length === 1 && first.path === path
}

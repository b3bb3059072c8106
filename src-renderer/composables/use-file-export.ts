/**
 * Files that a person takes out of the window. What the window makes itself is handed to the main process, which asks
 * for a place and writes it; what takes longer is a job with progress and Cancel. What failed, or where the file is, is
 * said in a notice.
 */
import { shallowRef, type ShallowRef } from 'vue'
import { call } from '../api/client'
import type { CallInput } from '../../src-main/contract/contract'
import type { Project } from '../api/types'
import { useJob, type UseJobReturn } from './use-job'
import { useNotices } from './use-notices'

type FileKind = CallInput<'exports.save'>['kind']
type MetricsFormat = CallInput<'exports.metrics'>['format']
type ExportedModel = CallInput<'exports.model'>['of']

type Made = string | Uint8Array | null

/** Makes a name valid as a file name everywhere: `my run, 2` -> `my run- 2`. */
const fileName = (name: string): string => name.replace(/[^\w. -]+/g, '-').slice(0, 80)

export interface UseFileExportReturn extends Pick<UseJobReturn, 'running' | 'progress' | 'cancel'> {
  /** A file is being made or written. */
  exporting: ShallowRef<boolean>
  /** Writes what `make` makes; nothing where that is null. @param name without its ending */
  save: (kind: FileKind, name: string, make: () => Made | Promise<Made>) => Promise<void>
  /** Writes all that was measured of some runs. @param name without its ending */
  saveMetrics: (format: MetricsFormat, name: string, runIds: readonly string[]) => Promise<void>
  /** Writes a model as a folder for the hub. @param name of the folder. @param at the project; null where none is open */
  saveModel: (of: ExportedModel, name: string, at: Pick<Project, 'config' | 'dir'> | null) => Promise<void>
}

/** @param failed what a notice says where it fails: "The batch was not exported" */
export function useFileExport(failed: string): UseFileExportReturn {
  const { attempt, tell } = useNotices()
  const { running, progress, run, cancel } = useJob()
  const exporting = shallowRef(false)

  async function write(work: () => Promise<{ path: string } | null | undefined>): Promise<void> {
    if (exporting.value) return
    exporting.value = true
    const saved = await attempt(failed, work)
    if (saved) tell(`Written: ${saved.path}`)
    exporting.value = false
  }

  return {
    exporting,
    running,
    progress,
    cancel,
    save: (kind, name, make) =>
      write(async () => {
        const made = await make()
        if (made === null) return null
        const content = typeof made === 'string' ? new TextEncoder().encode(made) : made
        return call('exports.save', { kind, name: `${fileName(name)}.${kind}`, content })
      }),
    saveMetrics: (format, name, runIds) =>
      write(() =>
        run((job) =>
          call('exports.metrics', {
            runIds: [...runIds],
            format,
            name: `${fileName(name)}.${format}`,
            job,
          }),
        ),
      ),
    saveModel: (of, name, at) =>
      write(async () => {
        if (!at) return null
        const { config, dir } = at
        return run((job) => call('exports.model', { of, config, dir, name: fileName(name), job }))
      }),
  }
}

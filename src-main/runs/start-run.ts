/** What a start is asked for. */
import type { CallOptions } from '../threads/calls'
import type { RunConfig } from '../config/config.schema'

export interface StartRun {
  config: RunConfig
  /** Folder that the config's relative paths count from. */
  dir: string
  /** The config's file; null for one that has none. */
  path: string | null
  /** @default the config's `run`, or the model's tag */
  name?: string | undefined
  /** New or empty. @default a new folder under the person's data */
  runDir?: string | undefined
  /** Steps after which to save and end. */
  stopAfter?: number | undefined
  /** Breaks off the checks before the run is there. */
  signal?: AbortSignal | undefined
  /** Hears how far the checks are. @default the manager's listeners do */
  onProgress?: CallOptions['onProgress'] | undefined
}

/** The name that the run gets. */
export function runName({ name, config, path }: StartRun): string {
  if (name !== undefined) return name
  if (config.run !== 'dummy') return config.run
  return path === null
    ? (config.model_tag ?? 'midtraining')
    : (path.split('/').at(-1) ?? path).replace(/\.json$/, '')
}

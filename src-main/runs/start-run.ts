/** The options of a start. */
import type { CallOptions } from '../threads/calls'
import type { RunConfig } from '../config/config.schema'

export interface StartRun {
  /** @default a new one */
  id?: string | undefined
  config: RunConfig
  /** The folder that the config's relative paths start from. */
  dir: string
  /** The config's file; null for one that has none. */
  path: string | null
  /** The run's name. @default the config's `run`, or the model's tag */
  name?: string | undefined
  /** A folder that is new or empty. @default a new folder under the person's data */
  runDir?: string | undefined
  /** Number of steps after which the run saves and ends. */
  stopAfter?: number | undefined
  /** Aborts the checks before the run exists. */
  signal?: AbortSignal | undefined
  /** Gets the progress of the checks. @default the manager's listeners get it */
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

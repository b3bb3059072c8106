/** The options of a start. */
import type { CallOptions } from '../threads/calls'
import type { RunConfig } from '../config/config.schema'
import type { BranchOff } from './branch-off.schema'

export interface StartRun {
  /** @default a new one */
  id?: string | undefined
  config: RunConfig
  /** The folder that the config's relative paths start from. */
  dir: string
  /** The config's file; null for one that has none. */
  path: string | null
  /** The run's name. @default the config's `run`, or the model's tag; a branch is called by its parent and the step */
  name?: string | undefined
  /** A folder that is new or empty. @default a new folder under the person's data */
  runDir?: string | undefined
  /** Number of steps after which the run saves and ends. */
  stopAfter?: number | undefined
  /** Of a branch: where it begins. @default the run is one of its own, and begins with the base checkpoint */
  branch?: BranchOff | undefined
  /** A folder in which checkpoints of the run that it branches off are kept as well. @default there is none */
  forks?: string | undefined
  /** Aborts the checks before the run exists. */
  signal?: AbortSignal | undefined
  /** Gets the progress of the checks. @default the manager's listeners get it */
  onProgress?: CallOptions['onProgress'] | undefined
}

/** The name that the run gets. @param parent the name of the run that it branches off. @default it is no branch */
export function runName({ name, config, path, branch }: StartRun, parent: string | null = null): string {
  if (name !== undefined) return name
  if (branch !== undefined && parent !== null) return `${parent} from step ${String(branch.step)}`
  if (config.run !== 'dummy') return config.run
  return path === null
    ? (config.model_tag ?? 'midtraining')
    : (path.split('/').at(-1) ?? path).replace(/\.json$/, '')
}

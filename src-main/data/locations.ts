/** Where data lies, and the options of a long opening. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { OnDamage } from '../files/checksum'
import type { Progress } from '../progress.schema'
import type { ExcludedRow } from './exclude.schema'
import type { SplitName } from './mixture.schema'

export interface DataLocations {
  /** The nanochat folder: words_alpha.txt, identity_conversations.jsonl. */
  baseDir: string
  /** Folder of the config file; relative paths start here. */
  configDir: string
  /** Folder for decoded rows and rendered ids; may be deleted whenever nobody uses it. */
  cacheDir: string
  /**
   * Whether nanochat's task_data in `baseDir` comes before the hub's cache, as for today's nanochat; else it is looked
   * at where the cache lacks a data set. @default false
   */
  taskDataFirst?: boolean | undefined
}

export interface OpenOptions {
  /** The config's list that is opened, for the paths of faults: `mixture.train.2.filepath`. */
  split?: SplitName
  /** Rows of the list's entries that are passed over. @default none */
  exclude?: readonly ExcludedRow[]
  signal?: AbortSignal
  /** Whether missing data is downloaded or an error. @default false */
  download?: boolean
  onProgress?: (progress: Progress) => void
  /** Called, now and later, when a stored file is damaged and made again. @default a warning of the process */
  onDamage?: OnDamage
}

/** The same options with every default filled in, and the locations: what opening a task may use. */
export interface TaskContext extends DataLocations {
  signal: AbortSignal | undefined
  /** Whether missing data may be downloaded. */
  download: boolean
  onProgress: (progress: Progress) => void
  onDamage: OnDamage
}

/** Paths in a config are relative to the config file; `~/` is the home folder. */
export function fromConfig(path: string, { configDir }: Pick<DataLocations, 'configDir'>): string {
  const home = path === '~' || path.startsWith('~/')
  return home ? join(homedir(), path.slice(1)) : resolve(configDir, path)
}

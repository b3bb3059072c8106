/** Where data lies, and what a long opening reports and heeds. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { OnDamage } from '../files/checksum'
import type { Progress } from '../progress.schema'
import type { SplitName } from './mixture.schema'

export interface DataLocations {
  /** The nanochat folder: words_alpha.txt, identity_conversations.jsonl. */
  baseDir: string
  /** Folder of the config file; relative paths start here. */
  configDir: string
  /** Folder for decoded rows and rendered ids; may be deleted whenever nothing is using it. */
  cacheDir: string
}

export interface OpenOptions {
  /** Which list of the config is opened, for the paths of faults: `mixture.train.2.filepath`. */
  split?: SplitName
  signal?: AbortSignal
  /** Whether what is not on this machine is downloaded, or an error. @default false */
  download?: boolean
  onProgress?: (progress: Progress) => void
  /** Hears, now and later, of what was kept on disk, is damaged and is made again. @default a warning of the process */
  onDamage?: OnDamage
}

/** The same with every default filled in, and the places: what opening a task may use. */
export interface TaskContext extends DataLocations {
  signal: AbortSignal | undefined
  /** Whether what is missing may be downloaded. */
  download: boolean
  onProgress: (progress: Progress) => void
  onDamage: OnDamage
}

/** Paths in a config are relative to the config file; `~/` is the home folder. */
export function fromConfig(path: string, { configDir }: Pick<DataLocations, 'configDir'>): string {
  const home = path === '~' || path.startsWith('~/')
  return home ? join(homedir(), path.slice(1)) : resolve(configDir, path)
}

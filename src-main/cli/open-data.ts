/** What the commands that read a config's data share: its locations, its splits, and progress on stderr. */
import { join } from 'node:path'
import type { DataLocations, OpenProgress } from '../data/locations'
import { openMixture, type Mixture } from '../data/mixture'
import type { SplitName } from '../data/mixture.schema'
import { cacheDir } from '../native/paths'
import type { LoadedConfig } from '../runs/config'
import type { CommandIo } from './command'
import { usageError } from './usage'

/** Decoded rows and rendered ids are shared by the command line and the app. */
export function locationsOf(loaded: LoadedConfig): DataLocations {
  return { baseDir: loaded.baseDir, configDir: loaded.dir, cacheDir: join(cacheDir(), 'data') }
}

export function openSplit(loaded: LoadedConfig, split: SplitName, io: CommandIo): Promise<Mixture> {
  return openMixture(loaded.config.mixture[split], locationsOf(loaded), {
    split,
    signal: io.signal,
    onProgress: (progress) => {
      io.stderr(progressLine(progress))
    },
  })
}

export function progressLine({ what, done, total }: OpenProgress): string {
  return total > 0 ? `${what}: ${String(done)} of ${String(total)}` : `${what}: ${String(done)}`
}

/** The value of --split. @throws MidbenchError `usage` */
export function parseSplit(value: string): SplitName {
  if (value === 'train' || value === 'val') return value
  throw usageError(`--split is ${value}; it must be train or val.`)
}

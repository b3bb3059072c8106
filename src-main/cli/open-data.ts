/** What the commands that read a config's data share: its locations, its splits, and progress on stderr. */
import { join } from 'node:path'
import { missingDownloads, runDownload } from '../data/downloads'
import type { DataLocations } from '../data/locations'
import { openMixture, type Mixture } from '../data/mixture'
import type { SplitName } from '../data/mixture.schema'
import { CachedSource } from '../data/token-cache/cached-source'
import type { Failure } from '../errors'
import { dataCacheDir } from '../native/paths'
import type { Progress } from '../progress.schema'
import type { LoadedConfig } from '../config/config'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { CommandIo } from './command'
import { progressText } from './progress-text'
import { failureText, usageError } from './usage'

const REPORT_EVERY_MS = 500

/** Decoded rows and rendered ids are shared by the command line and the app. */
export function locationsOf(loaded: LoadedConfig): DataLocations {
  return { baseDir: loaded.baseDir, configDir: loaded.dir, cacheDir: dataCacheDir() }
}

export function openSplit(loaded: LoadedConfig, split: SplitName, io: CommandIo): Promise<Mixture> {
  return openMixture(loaded.config.mixture[split], locationsOf(loaded), {
    split,
    signal: io.signal,
    download: true,
    onProgress: progressTo(io),
    onDamage: noticeTo(io),
  })
}

/** Says on stderr what of the cache is damaged and made again, or cannot be written: the command goes on. */
export function noticeTo(io: CommandIo): (notice: Failure) => void {
  return (notice) => {
    io.stderr(failureText(notice))
  }
}

/**
 * Downloads what the config's data lacks on this machine, as the reference does when it starts.
 * @throws MidbenchError `hub.*`, `disk.full`.
 */
export async function downloadMissing(loaded: LoadedConfig, io: CommandIo): Promise<void> {
  const { train, val } = loaded.config.mixture
  for (const pending of await missingDownloads([...train, ...val], locationsOf(loaded))) {
    io.stderr(`downloading ${pending.label}`)
    await runDownload(pending, { signal: io.signal, onProgress: progressTo(io) })
  }
}

/** The rendered ids of a split, kept on disk: what is tokenized once is not tokenized again by any command or run. */
export function openCached(
  loaded: LoadedConfig,
  split: SplitName,
  mixture: Mixture,
  tokenizer: Tokenizer,
  io: CommandIo,
): CachedSource {
  return new CachedSource(mixture, tokenizer, {
    entries: loaded.config.mixture[split],
    locations: locationsOf(loaded),
    tokenizerDir: tokenizerDirOf(loaded),
    onFault: noticeTo(io),
  })
}

export function tokenizerDirOf({ baseDir }: LoadedConfig): string {
  return join(baseDir, 'tokenizer')
}

/** Writes progress to stderr, at most twice a second and at the end of each piece of work. */
export function progressTo(io: CommandIo): (progress: Progress) => void {
  let said = 0
  return (progress) => {
    const now = performance.now()
    if (now - said < REPORT_EVERY_MS && progress.done !== progress.total) return
    said = now
    io.stderr(progressText(progress))
  }
}

/** The value of --split. @throws MidbenchError `usage` */
export function parseSplit(value: string): SplitName {
  if (value === 'train' || value === 'val') return value
  throw usageError(`--split is ${value}; it must be train or val.`)
}

/** What commands share that read a config's data: its locations, its splits, and progress on stderr. */
import { missingDownloads, runDownload } from '../data/downloads'
import type { DataLocations } from '../data/locations'
import { openMixture, type Mixture, type OpenOptions } from '../data/mixture'
import type { SplitName } from '../data/mixture.schema'
import type { Failure } from '../errors'
import { dataCacheDir } from '../native/paths'
import type { Progress } from '../progress.schema'
import type { LoadedConfig } from '../config/config'
import { TASK_DATA_FIRST } from '../config/recipes.schema'
import { openSplitData } from '../packing/open-split'
import type { SplitData } from '../packing/split-data'
import type { CallContext } from '../threads/calls'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import { tokenizerDirOf } from '../tokenizer-folder'
import type { CommandIo } from './command'
import { progressText } from './progress-text'
import { failureText, usageError } from './usage'

const REPORT_EVERY_MS = 500
const CALL_EVERY_MS = 2000

/** The command line and the app share decoded rows and rendered ids. */
export function locationsOf(loaded: LoadedConfig): DataLocations {
  const { baseDir, dir, config } = loaded
  const taskDataFirst = TASK_DATA_FIRST[config.recipe]
  return { baseDir, configDir: dir, cacheDir: dataCacheDir(), taskDataFirst }
}

/** Opens the conversations of a split; the caller closes them. @throws MidbenchError as from openMixture */
export function openConversations(loaded: LoadedConfig, split: SplitName, io: CommandIo): Promise<Mixture> {
  const options = { ...openOptions(loaded, split, io), onDamage: noticeTo(io) }
  return openMixture(loaded.config.mixture[split], locationsOf(loaded), options)
}

/**
 * Opens a split with its token cache, so that no command or run tokenizes anything twice; the caller closes it.
 *
 * @param tokenizer given where it is open already
 * @throws MidbenchError as from openMixture and loadTokenizer
 */
export function openSplit(
  loaded: LoadedConfig,
  split: SplitName,
  io: CommandIo,
  tokenizer?: Tokenizer,
): Promise<SplitData> {
  const options = { ...openOptions(loaded, split, io), tokenizer, onFault: noticeTo(io) }
  return openSplitData(loaded.config.mixture[split], locationsOf(loaded), options)
}

function openOptions(
  { config }: LoadedConfig,
  split: SplitName,
  io: CommandIo,
): Omit<OpenOptions, 'onDamage'> {
  const exclude = split === 'train' ? config.exclude : []
  return { split, exclude, signal: io.signal, download: true, onProgress: progressTo(io) }
}

/** The tokenizer of the config's base directory. @throws MidbenchError as from loadTokenizer */
export function openTokenizer({ baseDir }: LoadedConfig): Promise<Tokenizer> {
  return loadTokenizer(tokenizerDirOf(baseDir))
}

/** Reports on stderr what in the cache is damaged and made again, or cannot be written: the command goes on. */
export function noticeTo(io: CommandIo): (notice: Failure) => void {
  return (notice) => {
    io.stderr(failureText(notice))
  }
}

/**
 * Downloads the config's data that is missing on this machine, as the reference does when it starts.
 * @throws MidbenchError `hub.*`, `disk.full`.
 */
export async function downloadMissing(loaded: LoadedConfig, io: CommandIo): Promise<void> {
  const { train, val } = loaded.config.mixture
  for (const pending of await missingDownloads([...train, ...val], locationsOf(loaded))) {
    io.stderr(`downloading ${pending.label} to ${pending.dir}`)
    await runDownload(pending, { signal: io.signal, onProgress: progressTo(io) })
  }
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

/** Reports on stderr now and then how far a long call has got. */
export function callContext(io: CommandIo): CallContext {
  let said = performance.now()
  return {
    signal: io.signal,
    progress: (progress) => {
      if (performance.now() - said < CALL_EVERY_MS) return
      said = performance.now()
      io.stderr(progressText(progress))
    },
  }
}

/** The value of --split. @throws MidbenchError `usage` */
export function parseSplit(value: string): SplitName {
  if (value === 'train' || value === 'val') return value
  throw usageError(`--split is ${value}; it must be train or val.`)
}

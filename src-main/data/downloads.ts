/**
 * What a mixture needs that is not on this machine, and downloading it. Pausing is aborting: what has arrived is kept,
 * and the same call goes on from there.
 */
import { join } from 'node:path'
import { downloadBaseFile, missingBaseFile } from './hub/base-files'
import { hubSettings } from './hub/hub-env'
import {
  describeSplit,
  downloadSplit,
  findSplit,
  type DatasetSplit,
  type DownloadOptions,
} from './hub/splits'
import type { DataLocations } from './locations'
import type { MixtureEntry } from './mixture.schema'
import { splitOf } from './tasks/open-task'
import { fromConfig } from './tasks/rows'

/** One thing to be downloaded. */
export type PendingDownload = {
  /** Unique within a mixture; the same thing has the same id every time. */
  id: string
  /** For people: `cais/mmlu, all test`. */
  label: string
  /** Indices of the entries that need it. */
  entries: number[]
} & ({ kind: 'split'; dataset: DatasetSplit } | { kind: 'file'; path: string; url: string })

/** What is missing, in the order of the entries that need it. Makes no request. */
export async function missingDownloads(
  entries: readonly MixtureEntry[],
  locations: DataLocations,
): Promise<PendingDownload[]> {
  const pending = new Map<string, PendingDownload>()
  for (const [index, entry] of entries.entries()) {
    const need = await missingFor(entry, locations)
    if (need === undefined) continue
    const known = pending.get(need.id)
    if (known === undefined) pending.set(need.id, { ...need, entries: [index] })
    else known.entries.push(index)
  }
  return [...pending.values()]
}

/** @throws MidbenchError `hub.*`, `disk.full`; the signal's reason when it is aborted. */
export async function runDownload(pending: PendingDownload, options: DownloadOptions = {}): Promise<void> {
  if (pending.kind === 'split') {
    await downloadSplit(pending.dataset, await hubSettings(), options)
    return
  }
  const { path, url, label } = pending
  await downloadBaseFile(path, url, {
    ...options,
    onProgress: (done, total) => {
      options.onProgress?.({ what: `downloading ${label}`, unit: 'bytes', done, total })
    },
  })
}

async function missingFor(
  entry: MixtureEntry,
  locations: DataLocations,
): Promise<PendingDownload | undefined> {
  switch (entry.task) {
    case 'CustomJSON':
      return missingFile(fromConfig(entry.filepath, locations), locations)
    case 'SimpleSpelling':
    case 'SpellingBee': {
      const list = entry.word_list
      const path =
        list === undefined ? join(locations.baseDir, 'words_alpha.txt') : fromConfig(list, locations)
      return missingFile(path, locations)
    }
    default: {
      const dataset = splitOf(entry)
      if (entry.data_files !== undefined || (await findSplit(dataset, await hubSettings())) !== undefined) {
        return undefined
      }
      const label = describeSplit(dataset)
      return { id: label, label, entries: [], kind: 'split', dataset }
    }
  }
}

async function missingFile(path: string, { baseDir }: DataLocations): Promise<PendingDownload | undefined> {
  const url = await missingBaseFile(path, baseDir)
  return url === undefined ? undefined : { id: path, label: path, entries: [], kind: 'file', path, url }
}

/**
 * Finds the data of a mixture that is missing on this machine, and downloads it. Pausing is aborting: what has arrived
 * is kept, and the same call continues from there.
 */
import { dirname } from 'node:path'
import { freeSpace } from '../files/disk-space'
import { baseFileLength, downloadBaseFile, missingBaseFile } from './hub/base-files'
import { hubSettings } from './hub/hub-env'
import { describeSplit } from './hub/dataset-split'
import { datasetDownload, findDataset, type DatasetDownload } from './hub/dataset-places'
import type { DownloadOptions } from './hub/fetch-files'
import { describeRepo, findRepo, repoDownload } from './hub/repo-data'
import type { DownloadSize } from './hub/splits'
import { DEFAULT_POLICY } from './hub/requests'
import type { DataLocations } from './locations'
import { kindOf, namedFiles, type MixtureEntry } from './mixture.schema'
import { textFileOf } from './sources/open-task'
import { reposOf } from './sources/source-files'
import type { ConversationsSource } from './tasks/task-kind'

/** One item to be downloaded. */
export type PendingDownload = {
  /** Unique within a mixture; the same item always has the same id. */
  id: string
  /** Name for people: `cais/mmlu, all test`. */
  label: string
  /** Indices of the entries that need it. */
  entries: number[]
  /** The folder that it is downloaded to. */
  dir: string
  /** Why a copy that is here is not used; null where there is none. */
  unusable: string | null
} & ({ kind: 'split'; download: DatasetDownload } | { kind: 'file'; path: string; url: string })

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

/** A size is only shown, so a bad network is not waited for long. */
const SIZE_POLICY = { ...DEFAULT_POLICY, attempts: 2, stallMs: 10_000 }

/** The size of the download; asks the server. @throws MidbenchError `hub.*`; the signal's reason */
export async function downloadSize(pending: PendingDownload, signal?: AbortSignal): Promise<DownloadSize> {
  if (pending.kind === 'split') {
    return pending.download.size({ signal, policy: SIZE_POLICY })
  }
  // Without a checksum, no partial file is kept that a download could continue from.
  const total = await baseFileLength(pending.path, pending.url, signal)
  return { total, arrived: 0, free: await freeSpace(dirname(pending.path)) }
}

/** @throws MidbenchError `hub.*`, `disk.full`; the signal's reason when it is aborted. */
export async function runDownload(pending: PendingDownload, options: DownloadOptions = {}): Promise<void> {
  if (pending.kind === 'split') {
    await pending.download.run(options)
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
  const source = kindOf(entry).source(entry)
  if (source.from === 'conversations') return missingRepo(source, locations)
  if (source.from !== 'parquet') return missingFile(textFileOf(entry, locations), locations)
  const { dataset } = source
  if (namedFiles(entry).length > 0) return undefined
  const hub = await hubSettings()
  if ((await findDataset(dataset, hub, locations)) !== undefined) return undefined
  const label = describeSplit(dataset)
  const download = await datasetDownload(dataset, hub, locations)
  const { dir, unusable } = download
  return { id: label, label, entries: [], dir, unusable, kind: 'split', download }
}

/** The first of an entry's data sets that is not here. */
async function missingRepo(
  source: ConversationsSource,
  locations: DataLocations,
): Promise<PendingDownload | undefined> {
  const hub = await hubSettings()
  for (const request of await reposOf(source, locations)) {
    if ((await findRepo(request, hub, locations.baseDir)) !== undefined) continue
    const label = describeRepo(request)
    const download = repoDownload(request, hub)
    const { dir, unusable } = download
    return { id: label, label, entries: [], dir, unusable, kind: 'split', download }
  }
  return undefined
}

async function missingFile(path: string, { baseDir }: DataLocations): Promise<PendingDownload | undefined> {
  const url = await missingBaseFile(path, baseDir)
  if (url === undefined) return undefined
  return { id: path, label: path, entries: [], dir: dirname(path), unusable: null, kind: 'file', path, url }
}

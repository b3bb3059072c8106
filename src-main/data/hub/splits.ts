/** A split of a dataset repository: found in the hub's cache, or downloaded into it. */
import { MidbenchError } from '../../errors'
import { freeSpace } from '../../files/disk-space'
import { describeSplit, type DatasetSplit } from './dataset-split'
import { bytesOf, fetchFiles, type DownloadOptions, type FilesAt } from './fetch-files'
import { folderFiles, mainCommit, type HubFile, type RequestOptions } from './hub-api'
import { completeSplit, HubCache } from './hub-cache'
import type { HubSettings } from './hub-env'
import { refuseMisplaced, whatIsMissing } from './missing-split'

/** The size of a download. */
export interface DownloadSize {
  /** Bytes; null where the server does not say. */
  total: number | null
  /** Bytes that are already here and would not be downloaded again. */
  arrived: number
  /** Free bytes on the disk that it is saved to. */
  free: number
}

/** The split's files in the cache, or undefined where some are missing. Makes no request. */
export function findSplit(dataset: DatasetSplit, hub: HubSettings): Promise<string[] | undefined> {
  return new HubCache(hub.cacheDir, dataset.repo).findSplit(dataset.folder, dataset.split)
}

/**
 * Downloads the split from the dataset's main branch and resumes partial files. What has arrived stays when it is
 * aborted or fails.
 * @returns the files in the cache.
 * @throws MidbenchError `hub.*`, `disk.full`; at once where the dataset lies in another place or there is no network.
 */
export async function downloadSplit(
  dataset: DatasetSplit,
  hub: HubSettings,
  options: DownloadOptions = {},
): Promise<string[]> {
  const listed = await listSplit(dataset, hub, options)
  const paths = await fetchFiles(listed, describeSplit(dataset), hub, options)
  await new HubCache(hub.cacheDir, dataset.repo).setMain(listed.commit)
  return paths
}

/** The size of the download, by the hub's listing. @throws MidbenchError `hub.*` */
export async function splitSize(
  dataset: DatasetSplit,
  hub: HubSettings,
  options: RequestOptions = {},
): Promise<DownloadSize> {
  const listed = await listSplit(dataset, hub, options)
  return { ...(await bytesOf(listed, hub)), free: await freeSpace(hub.cacheDir) }
}

/** @throws MidbenchError `hub.offline` */
export function refuseOffline(hub: HubSettings, what: string): void {
  if (!hub.offline) return
  throw new MidbenchError({
    code: 'hub.offline',
    message: `${what}: it is not on this machine, and HF_HUB_OFFLINE forbids downloading it`,
    remedy: 'Unset HF_HUB_OFFLINE, or name local files in the config.',
  })
}

/** The split on the main branch. */
async function listSplit(dataset: DatasetSplit, hub: HubSettings, options: RequestOptions): Promise<FilesAt> {
  await refuseMisplaced(dataset, hub)
  if (hub.offline) refuseOffline(hub, (await whatIsMissing(dataset, hub)).message)
  const commit = await mainCommit(hub, dataset.repo, options).catch(async (error: unknown) => {
    throw await withWhatIsMissing(error, dataset, hub)
  })
  return { repo: dataset.repo, commit, files: await splitFiles(dataset, hub, commit, options) }
}

/** Adds what is missing here, before the error, where the hub cannot be asked. */
async function withWhatIsMissing(error: unknown, dataset: DatasetSplit, hub: HubSettings): Promise<unknown> {
  if (!(error instanceof MidbenchError) || error.code !== 'hub.network') return error
  const { message } = await whatIsMissing(dataset, hub)
  return new MidbenchError(
    {
      code: error.code,
      message: `${message}; and it cannot be downloaded: ${error.message}`,
      remedy: 'Connect to the network, put the files there, or name local parquet files with data_files.',
    },
    { cause: error },
  )
}

async function splitFiles(
  dataset: DatasetSplit,
  hub: HubSettings,
  commit: string,
  options: RequestOptions,
): Promise<HubFile[]> {
  const listed = await folderFiles(hub, dataset.repo, commit, dataset.folder, options)
  const byName = new Map(listed.map((file) => [file.path.slice(dataset.folder.length + 1), file]))
  const names = completeSplit([...byName.keys()], dataset.split)
  const files = names.map((name) => byName.get(name)).filter((file) => file !== undefined)
  if (files.length > 0) return files
  throw new MidbenchError({
    code: 'hub.not-found',
    message: `${describeSplit(dataset)}: the repository's folder ${dataset.folder} has no whole split of that name`,
    remedy: 'The dataset may have been rearranged; name local parquet files with data_files.',
  })
}

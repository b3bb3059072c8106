/** A split of a dataset repository: found in the hub's cache, or downloaded into it. */
import { MidbenchError } from '../../errors'
import { exists } from '../../files/durable'
import type { Progress } from '../../progress.schema'
import { freeSpace, requireSpace } from '../../files/disk-space'
import { describeSplit, type DatasetSplit } from './dataset-split'
import { arrivedBytes, fetchFile } from './fetch-file'
import { authorization, fileUrl, folderFiles, mainCommit, type HubFile, type RequestOptions } from './hub-api'
import { completeSplit, HubCache } from './hub-cache'
import type { HubSettings } from './hub-env'
import { refuseMisplaced, whatIsMissing } from './missing-split'

export interface DownloadOptions extends RequestOptions {
  onProgress?: ((progress: Progress) => void) | undefined
}

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
  const { repo } = dataset
  const { commit, files, cache, total, arrived } = await listSplit(dataset, hub, options)
  await requireSpace(hub.cacheDir, total - arrived, describeSplit(dataset))

  let before = 0
  for (const file of files) {
    const target = cache.blobPath(file.etag)
    const report = (done: number): void =>
      options.onProgress?.({ what: `downloading ${repo}`, unit: 'bytes', done: before + done, total })
    if (!(await exists(target))) {
      const { size, checksum } = file
      const url = fileUrl(hub, repo, commit, file.path)
      const what = `${repo}, ${file.path}`
      const request = { url, headers: authorization(hub), target, what, size, checksum }
      await fetchFile(request, { ...options, onProgress: report })
    }
    await cache.link(commit, file.path, file.etag)
    before += file.size
    report(0)
  }
  await cache.setMain(commit)
  return files.map(({ path }) => cache.filePath(commit, path))
}

/** The size of the download, by the hub's listing. @throws MidbenchError `hub.*` */
export async function splitSize(
  dataset: DatasetSplit,
  hub: HubSettings,
  options: RequestOptions = {},
): Promise<DownloadSize> {
  const { total, arrived } = await listSplit(dataset, hub, options)
  return { total, arrived, free: await freeSpace(hub.cacheDir) }
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

interface ListedSplit {
  commit: string
  files: HubFile[]
  cache: HubCache
  /** Total bytes of all files, and those already here. */
  total: number
  arrived: number
}

/** The split on the main branch, and what has arrived of it. */
async function listSplit(
  dataset: DatasetSplit,
  hub: HubSettings,
  options: RequestOptions,
): Promise<ListedSplit> {
  await refuseMisplaced(dataset, hub)
  if (hub.offline) refuseOffline(hub, (await whatIsMissing(dataset, hub)).message)
  const commit = await mainCommit(hub, dataset.repo, options).catch(async (error: unknown) => {
    throw await withWhatIsMissing(error, dataset, hub)
  })
  const files = await splitFiles(dataset, hub, commit, options)
  const cache = new HubCache(hub.cacheDir, dataset.repo)
  const here = await Promise.all(files.map(({ etag }) => arrivedBytes(cache.blobPath(etag))))
  const total = files.reduce((sum, { size }) => sum + size, 0)
  return { commit, files, cache, total, arrived: here.reduce((sum, bytes) => sum + bytes, 0) }
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

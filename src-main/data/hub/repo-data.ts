/**
 * A data set of the hub by its name alone: found in the hub's cache or nanochat's task_data, or downloaded. Its files
 * are those of the hub's conversion to parquet where it was converted whole, else those of the repository itself. A
 * finished download leaves a list of its files in the cache, so that half a download is never taken for a whole one.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { MidbenchError } from '../../errors'
import { freeSpace } from '../../files/disk-space'
import { exists, makeFile } from '../../files/durable'
import { parsedOrNull } from '../../files/json-text'
import type { DatasetDownload } from './dataset-places'
import { bytesOf, fetchFiles, type DownloadOptions, type FilesAt } from './fetch-files'
import { allFiles, commitOf, type RequestOptions } from './hub-api'
import { HubCache } from './hub-cache'
import type { HubSettings } from './hub-env'
import { convertedParts, isComplete, partOf, uploadedParts, type RepoPart } from './repo-parts'
import { refuseOffline } from './splits'
import { findTaskData } from './task-data'

/** A data set, with its subset and split where the person named them. */
export interface RepoRequest {
  /** `owner/name` */
  repo: string
  subset: string | undefined
  split: string | undefined
}

/** The branch that the hub's conversion lies in. */
const CONVERTED = 'refs/convert/parquet'
/** Folder of the lists of finished downloads, beside the cache's own. */
const LISTS = 'midbench'

const list = z.object({ commit: z.string(), paths: z.array(z.string()).min(1) })

/** One line for people: `owner/name, default train`. */
export function describeRepo({ repo, subset, split }: RepoRequest): string {
  const part = [subset, split].filter((each) => each !== undefined).join(' ')
  return part === '' ? repo : `${repo}, ${part}`
}

/** The files on this machine; undefined where they are not all there. Makes no request. */
export async function findRepo(
  request: RepoRequest,
  hub: HubSettings,
  baseDir: string,
): Promise<string[] | undefined> {
  const cache = new HubCache(hub.cacheDir, request.repo)
  return (await listed(cache, request)) ?? (await inSnapshots(cache, request)) ?? inTaskData(request, baseDir)
}

/**
 * Downloads the files, and resumes partial ones.
 *
 * @returns the files in the cache
 * @throws MidbenchError `hub.*`, `disk.full`
 */
export async function downloadRepo(
  request: RepoRequest,
  hub: HubSettings,
  options: DownloadOptions = {},
): Promise<string[]> {
  const at = await listRepo(request, hub, options)
  const files = await fetchFiles(at, describeRepo(request), hub, options)
  const paths = at.files.map(({ path }) => path)
  await makeFile(
    listPath(new HubCache(hub.cacheDir, request.repo), request),
    JSON.stringify({ commit: at.commit, paths }),
  )
  return files
}

/** Its download, in the form of other data sets' downloads. */
export function repoDownload(request: RepoRequest, hub: HubSettings): DatasetDownload {
  return {
    place: 'hub',
    dir: hub.cacheDir,
    unusable: null,
    size: async (options = {}) => {
      const at = await listRepo(request, hub, options)
      return { ...(await bytesOf(at, hub)), free: await freeSpace(hub.cacheDir) }
    },
    run: (options) => downloadRepo(request, hub, options),
  }
}

/** The files to download: of the conversion, else of the repository. */
async function listRepo(request: RepoRequest, hub: HubSettings, options: RequestOptions): Promise<FilesAt> {
  refuseOffline(hub, describeRepo(request))
  const { repo } = request
  const main = await commitOf(hub, repo, 'main', options)
  const converted = await convertedFiles(request, hub, options)
  if (converted !== undefined && !('fault' in converted)) return converted
  const files = await allFiles(hub, repo, main, options)
  const part = partOf(uploadedParts(files.map(({ path }) => path)), request)
  if (!('fault' in part))
    return { repo, commit: main, files: files.filter(({ path }) => part.paths.includes(path)) }
  const isNamed = converted !== undefined && 'fault' in converted
  throw new MidbenchError({
    code: 'hub.not-found',
    message: `${describeRepo(request)}: ${faultOf(isNamed ? converted : part, files)}`,
    remedy: 'Name a subset and a split that it has, or files of it on this machine.',
  })
}

async function convertedFiles(
  request: RepoRequest,
  hub: HubSettings,
  options: RequestOptions,
): Promise<FilesAt | { fault: string } | undefined> {
  try {
    const commit = await commitOf(hub, request.repo, CONVERTED, options)
    const files = await allFiles(hub, request.repo, commit, options)
    const parts = convertedParts(files.map(({ path }) => path))
    if (parts.length === 0) return undefined
    const part = partOf(parts, request)
    if ('fault' in part) return part
    return { repo: request.repo, commit, files: files.filter(({ path }) => part.paths.includes(path)) }
  } catch (error) {
    if (error instanceof MidbenchError && error.code === 'hub.not-found') return undefined
    throw error
  }
}

function faultOf({ fault }: { fault: string }, files: readonly { path: string }[]): string {
  if (!fault.endsWith('only ') && !fault.endsWith('one of ')) return fault
  const names = files.slice(0, 8).map(({ path }) => path)
  return `it has no JSON lines, JSON or parquet; its files are ${names.join(', ') || 'none'}`
}

function listPath(cache: HubCache, { subset = '', split = '' }: RepoRequest): string {
  return join(cache.dir, LISTS, `${encodeURIComponent(subset)}--${encodeURIComponent(split)}.json`)
}

/** The files of a finished download of ours. */
async function listed(cache: HubCache, request: RepoRequest): Promise<string[] | undefined> {
  const text = await readFile(listPath(cache, request), 'utf8').catch(() => '')
  const parsed = list.safeParse(parsedOrNull(text))
  if (!parsed.success) return undefined
  const { commit, paths } = parsed.data
  return allThere(paths.map((path) => cache.filePath(commit, path)))
}

/** What Python's tools downloaded, where its names show that it is whole. */
async function inSnapshots(cache: HubCache, request: RepoRequest): Promise<string[] | undefined> {
  for (const commit of await cache.commits()) {
    const dir = cache.filePath(commit, '')
    const names = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
    const paths = names
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    const part: RepoPart | { fault: string } = partOf(uploadedParts(paths), request)
    if ('fault' in part || !isComplete(part)) continue
    const files = await allThere(part.paths.map((path) => cache.filePath(commit, path)))
    if (files !== undefined) return files
  }
  return undefined
}

async function inTaskData(
  { repo, subset = 'data', split = 'train' }: RepoRequest,
  baseDir: string,
): Promise<string[] | undefined> {
  const found = await findTaskData({ repo, folder: subset, split }, baseDir)
  return found.state === 'whole' ? found.files : undefined
}

/** A link in the cache may lead nowhere. */
async function allThere(paths: string[]): Promise<string[] | undefined> {
  const there = await Promise.all(paths.map(exists))
  return there.every(Boolean) ? paths : undefined
}

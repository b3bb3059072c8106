/** Downloads files of a dataset repository at a commit into the hub's cache: what is there already is not fetched again. */
import { exists } from '../../files/durable'
import { requireSpace } from '../../files/disk-space'
import type { Progress } from '../../progress.schema'
import { arrivedBytes, fetchFile } from './fetch-file'
import { authorization, fileUrl, type HubFile, type RequestOptions } from './hub-api'
import { HubCache } from './hub-cache'
import type { HubSettings } from './hub-env'

export interface DownloadOptions extends RequestOptions {
  onProgress?: ((progress: Progress) => void) | undefined
}

/** Files of a repository at a commit. */
export interface FilesAt {
  repo: string
  commit: string
  files: readonly HubFile[]
}

/** The files' bytes in all, and how many of them have arrived. */
export async function bytesOf(
  { repo, files }: FilesAt,
  hub: HubSettings,
): Promise<{ total: number; arrived: number }> {
  const cache = new HubCache(hub.cacheDir, repo)
  const here = await Promise.all(files.map(({ etag }) => arrivedBytes(cache.blobPath(etag))))
  return {
    total: files.reduce((sum, { size }) => sum + size, 0),
    arrived: here.reduce((sum, bytes) => sum + bytes, 0),
  }
}

/**
 * Downloads files, and once all have arrived links them into the commit's snapshot: a snapshot never shows a part of
 * them. What has arrived stays when it is aborted or fails.
 *
 * @param what their name in the words of a full disk
 * @returns their paths in the cache
 * @throws MidbenchError `hub.*`, `disk.full`
 */
export async function fetchFiles(
  at: FilesAt,
  what: string,
  hub: HubSettings,
  options: DownloadOptions,
): Promise<string[]> {
  const { repo, commit, files } = at
  const cache = new HubCache(hub.cacheDir, repo)
  const { total, arrived } = await bytesOf(at, hub)
  await requireSpace(hub.cacheDir, total - arrived, what)
  let before = 0
  for (const file of files) {
    const target = cache.blobPath(file.etag)
    const report = (done: number): void =>
      options.onProgress?.({ what: `downloading ${repo}`, unit: 'bytes', done: before + done, total })
    if (!(await exists(target))) {
      const { size, checksum } = file
      const url = fileUrl(hub, repo, commit, file.path)
      const named = `${repo}, ${file.path}`
      const request = { url, headers: authorization(hub), target, what: named, size, checksum }
      await fetchFile(request, { ...options, onProgress: report })
    }
    before += file.size
    report(0)
  }
  for (const { path, etag } of files) await cache.link(commit, path, etag)
  return files.map(({ path }) => cache.filePath(commit, path))
}

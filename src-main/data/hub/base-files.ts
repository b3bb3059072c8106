/**
 * The two files of the default mixture that lie in the nanochat folder itself, and their addresses. The reference
 * downloads the first and asks the user to download the second by hand; both are the same bytes for everyone.
 */
import { join } from 'node:path'
import { exists } from '../../files/durable'
import type { TaskContext } from '../locations'
import { fetchFile, type FetchOptions } from './fetch-file'
import { hubSettings } from './hub-env'
import { asMidbenchError, checkStatus, StallWatch } from './requests'
import { refuseOffline } from './splits'

/** Address by name in base_dir. */
const BASE_FILE_SOURCES: Readonly<Record<string, string>> = {
  'words_alpha.txt': 'https://raw.githubusercontent.com/dwyl/english-words/refs/heads/master/words_alpha.txt',
  'identity_conversations.jsonl':
    'https://karpathy-public.s3.us-west-2.amazonaws.com/identity_conversations.jsonl',
}

/** The address of a missing file. Undefined where the file exists already, or is not one of these. */
export async function missingBaseFile(
  path: string,
  baseDir: string,
  sources = BASE_FILE_SOURCES,
): Promise<string | undefined> {
  const name = Object.keys(sources).find((each) => join(baseDir, each) === path)
  return name === undefined || (await exists(path)) ? undefined : sources[name]
}

/** @throws MidbenchError `hub.*`, `disk.full`. */
export async function downloadBaseFile(path: string, url: string, options: FetchOptions): Promise<void> {
  refuseOffline(await hubSettings(), path)
  await fetchFile({ url, target: path, what: path }, options)
}

/** How long to wait for an answer about a file's length, which is only shown. */
const LENGTH_MS = 10_000

/** Bytes of such a file, or null where the server does not say. @throws MidbenchError `hub.*` */
export async function baseFileLength(
  path: string,
  url: string,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  refuseOffline(await hubSettings(), path)
  const watch = new StallWatch(LENGTH_MS, signal)
  try {
    const headers = { 'accept-encoding': 'identity' }
    const response = await fetch(url, { method: 'HEAD', headers, signal: watch.signal })
    checkStatus(response, path)
    const length = response.headers.get('content-length')
    return length === null ? null : Number(length)
  } catch (error) {
    signal?.throwIfAborted()
    throw asMidbenchError(error, path)
  } finally {
    watch.stop()
  }
}

/** Downloads the file at `path` if it is one of these, missing, and may be downloaded. */
export async function ensureBaseFile(
  path: string,
  { baseDir, download, signal, onProgress }: TaskContext,
  sources = BASE_FILE_SOURCES,
): Promise<void> {
  const url = download ? await missingBaseFile(path, baseDir, sources) : undefined
  if (url === undefined) return
  await downloadBaseFile(path, url, {
    signal,
    onProgress: (done, total) => {
      onProgress({ what: `downloading ${path}`, unit: 'bytes', done, total })
    },
  })
}

/**
 * The two files of the default mixture that lie in the nanochat folder itself, and where they come from. The reference
 * downloads the first and asks for the second to be downloaded by hand; both are the same bytes for everyone.
 */
import { join } from 'node:path'
import { exists } from '../files/durable'
import type { TaskContext } from '../tasks/task'
import { fetchFile, type FetchOptions } from './fetch-file'
import { hubSettings } from './hub-env'
import { refuseOffline } from './splits'

/** Address by name in base_dir. */
export const BASE_FILE_SOURCES: Readonly<Record<string, string>> = {
  'words_alpha.txt': 'https://raw.githubusercontent.com/dwyl/english-words/refs/heads/master/words_alpha.txt',
  'identity_conversations.jsonl':
    'https://karpathy-public.s3.us-west-2.amazonaws.com/identity_conversations.jsonl',
}

/** The address that a missing file can be had from, or undefined: not one of these, or it is there. */
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

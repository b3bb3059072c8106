/**
 * Downloads one pinned file with the machine's own pip or npm into the cache's downloads/ folder.
 *
 * The client decides where the file comes from: its own configuration, mirrors and proxies apply. The file is checked
 * against the pinned sha256 before it gets its name; a failed attempt is tried again. A whole file that exists already
 * is used as it is, so an interrupted set-up continues with the next file.
 */
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { MidbenchError } from '../../errors'
import { ensureFolder } from '../../files/ensure-folder'
import { besideName } from '../../files/leftovers'
import { hashFile } from '../../files/sha256'
import { cacheDir } from '../paths'
import { fetchCommand } from './fetch-command'
import type { PinnedFile } from './pinned'
import type { Report } from './report'
import { lastLines } from './run-command'

/** Makes the command by which a package manager downloads one file into `folder`. */
export type Client = (pin: PinnedFile, folder: string) => { command: string; args: string[]; remedy: string }

/** Asks pip for a wheel, whatever Python it runs on. */
export const pip: Client = (pin, folder) => ({
  command: 'python3',
  args: [
    ...[
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-input',
      '--no-cache-dir',
      '--no-deps',
      '--only-binary=:all:',
    ],
    ...['--python-version', '311', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'none'],
    ...['--platform', 'manylinux_2_27_x86_64', '--platform', 'manylinux2014_x86_64'],
    ...['--dest', folder, pin.requirement],
  ],
  remedy: 'Install Python 3 with pip: `sudo apt-get install -y python3 python3-pip`.',
})

/** Asks npm for a package's archive. */
export const npm: Client = (pin, folder) => ({
  command: 'npm',
  args: [
    'pack',
    '--loglevel=error',
    '--pack-destination',
    folder,
    '--cache',
    join(folder, 'npm-cache'),
    pin.requirement,
  ],
  remedy: 'Install npm, which comes with Node.',
})

export interface DownloadOptions {
  signal?: AbortSignal | undefined
  /**
   * Seconds to wait after each failed attempt; there is one attempt more than waits.
   *
   * @default [2, 10]
   */
  waits?: number[]
}

/** The folder for downloaded files. */
export function downloadsDir(): string {
  return join(cacheDir(), 'downloads')
}

/**
 * The path of a pinned file in the cache, downloaded where it is missing or not whole.
 *
 * @throws MidbenchError `download.failed` or `download.checksum` after the last attempt, `command.missing` at once
 */
export async function download(
  pin: PinnedFile,
  client: Client,
  report: Report,
  options: DownloadOptions = {},
): Promise<string> {
  const target = join(downloadsDir(), pin.file)
  if (await isWhole(target, pin, report)) return target
  await ensureFolder(dirname(target))
  const waits = options.waits ?? [2, 10]
  for (let attempt = 0; ; attempt++) {
    try {
      await fetchOnce(pin, client, target, report, options.signal)
      return target
    } catch (error) {
      const seconds = waits[attempt]
      if (seconds === undefined || !isRetriable(error)) throw error
      report({ kind: 'note', message: `${error.message} Trying again in ${seconds} s.` })
      await sleep(seconds * 1000, undefined, { signal: options.signal })
    }
  }
}

async function fetchOnce(
  pin: PinnedFile,
  client: Client,
  target: string,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const staging = besideName(target)
  await ensureFolder(staging)
  try {
    const { command, args, remedy } = client(pin, staging)
    const message = `Fetching ${pin.requirement}`
    const options = { folder: staging, message, total: pin.bytes, remedy, ...(signal && { signal }) }
    const finished = await fetchCommand(command, args, report, options)
    const file = join(staging, pin.file)
    if (finished.code !== 0 || !existsSync(file)) throw failed(pin, lastLines(finished))
    await checkSum(file, pin)
    await rename(file, target)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

async function isWhole(path: string, pin: PinnedFile, report: Report): Promise<boolean> {
  if (!existsSync(path)) return false
  if ((await hashFile(path)) === pin.sha256) return true
  report({ kind: 'note', message: `${path} is damaged and will be fetched again.` })
  await rm(path)
  return false
}

async function checkSum(file: string, pin: PinnedFile): Promise<void> {
  const sum = await hashFile(file)
  if (sum === pin.sha256) return
  throw new MidbenchError({
    code: 'download.checksum',
    message: `${pin.requirement} came with sha256 ${sum}, not ${pin.sha256} as pinned. It was not installed.`,
    remedy: 'Check which mirror or proxy your pip and npm use, then run `npm run setup` again.',
  })
}

function failed(pin: PinnedFile, said: string): MidbenchError {
  return new MidbenchError({
    code: 'download.failed',
    message: `${pin.requirement} could not be fetched: ${said || 'the client said nothing'}.`,
    remedy: 'Check the network, then run `npm run setup` again; what was fetched is kept.',
  })
}

function isRetriable(error: unknown): error is MidbenchError {
  return error instanceof MidbenchError && error.code.startsWith('download.')
}

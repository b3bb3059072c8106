/**
 * The Nodes that Midbench is tested on, except the running one: npm carries Node's own binaries, and each gets a folder
 * of the cache (127 MB, 50 MB of download). Only `npm test` needs them.
 */
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { requireSpace } from '../../files/disk-space'
import { cacheDir } from '../paths'
import { download, npm, type DownloadOptions } from './download'
import { installFolder, isInstalled } from './folder'
import { testedNodes, type PinnedFile } from './pinned'
import type { Report } from './report'
import { untar } from './untar'

const bytesNeeded = 200_000_000

export interface OtherNode {
  version: string
  /** The package that contains it. */
  pin: PinnedFile
  /** Its folder in the cache, installed or not. */
  directory: string
  /** The program to start. */
  executable: string
}

/** The tested Nodes whose major version differs from the running Node's. */
export function otherNodes(running = process.versions.node): OtherNode[] {
  return testedNodes
    .filter(({ version }) => majorOf(version) !== majorOf(running))
    .map(({ version, ...pin }) => {
      const directory = join(cacheDir(), `node-${version}`)
      return { version, pin, directory, executable: join(directory, 'node') }
    })
}

/** Whether all of them are installed. */
export function hasOtherNodes(): boolean {
  return otherNodes().every(({ directory }) => isInstalled(directory))
}

/**
 * Makes sure that they are all installed.
 *
 * @throws MidbenchError `disk.full`, `download.failed`, `download.checksum`, `archive.unpack`
 */
export async function ensureOtherNodes(report: Report, options: DownloadOptions = {}): Promise<void> {
  for (const { version, pin, directory } of otherNodes()) {
    if (isInstalled(directory)) continue
    await requireSpace(directory, bytesNeeded, `Node ${version}`, 0)
    const archive = await download(pin, npm, report, options)
    await installFolder(directory, async (staging) => {
      const unpacked = join(staging, 'package')
      await untar(archive, staging, ['package/bin/node', 'package/LICENSE'])
      await rename(join(unpacked, 'bin', 'node'), join(staging, 'node'))
      await rename(join(unpacked, 'LICENSE'), join(staging, 'LICENSE'))
      await rm(unpacked, { recursive: true })
    })
  }
}

/** `24` of `24.22.3`. */
export function majorOf(version: string): string {
  return version.split('.')[0] ?? ''
}

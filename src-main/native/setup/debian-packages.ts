/**
 * The system libraries that Electron's window needs, and the Debian and Ubuntu packages that contain them.
 *
 * They are looked up by library name, which is the same on every Linux; only missing ones are requested. As root the
 * packages are installed; otherwise the error contains the one line to run.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { MidbenchError } from '../../errors'
import type { Report } from './report'
import { lastLines, runCommand } from './run-command'

/** Debian's package for each library. In Ubuntu 24.04 and Debian 13, some have `t64` at the end. */
const packageOfLibrary: Record<string, string> = {
  'libgtk-3.so.0': 'libgtk-3-0',
  'libnss3.so': 'libnss3',
  'libgbm.so.1': 'libgbm1',
  'libasound.so.2': 'libasound2',
  'libXss.so.1': 'libxss1',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
}

/** What a set-up needs from the system. */
export type SystemNeed = 'window' | 'virtual display'

/** Debian's packages for the missing libraries, without regard to `t64` names. Empty on systems other than Linux. */
export async function missingPackages(needs: SystemNeed[]): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const missing = needs.includes('window') ? await missingLibraries() : []
  const display = needs.includes('virtual display') && !onPath('Xvfb') ? ['xvfb'] : []
  return [...missing, ...display]
}

/**
 * Makes sure that Electron's libraries are installed, and Xvfb where the tests need it.
 *
 * @returns whether anything was installed
 * @throws MidbenchError `packages.missing` where they are missing and this is not root; `packages.failed`
 */
export async function ensurePackages(needs: SystemNeed[], report: Report): Promise<boolean> {
  const missing = await missingPackages(needs)
  if (missing.length === 0) return false
  if (!onPath('apt-get')) throw packagesMissing(missing, 'Install what holds them with your package manager')
  if (process.getuid?.() !== 0) {
    throw packagesMissing(missing, `Run \`sudo apt-get install -y ${(await namesHere(missing)).join(' ')}\``)
  }
  report({ kind: 'working', message: `Installing Debian packages: ${missing.join(' ')}` })
  await apt('update')
  await apt('install', '-y', '--no-install-recommends', ...(await namesHere(missing)))
  return true
}

async function missingLibraries(): Promise<string[]> {
  const { stdout } = await runCommand('/sbin/ldconfig', ['-p'])
  const absent = Object.keys(packageOfLibrary).filter((library) => !stdout.includes(`\t${library} `))
  return absent.map((library) => packageOfLibrary[library] ?? library)
}

/** The packages' names on this system: with `t64` where a package of that name exists. */
async function namesHere(names: string[]): Promise<string[]> {
  return Promise.all(names.map(async (name) => ((await hasPackage(`${name}t64`)) ? `${name}t64` : name)))
}

async function hasPackage(name: string): Promise<boolean> {
  return (await runCommand('apt-cache', ['show', name])).code === 0
}

async function apt(...args: string[]): Promise<void> {
  const finished = await runCommand('apt-get', ['-q', ...args], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (finished.code === 0) return
  throw new MidbenchError({
    code: 'packages.failed',
    message: `apt-get ${args.join(' ')} failed: ${lastLines(finished)}`,
    remedy: `Run \`apt-get ${args.join(' ')}\` to see why, then \`npm run setup\` again.`,
  })
}

function packagesMissing(missing: string[], advice: string): MidbenchError {
  return new MidbenchError({
    code: 'packages.missing',
    message: `Electron's window needs system packages that are not installed: ${missing.join(' ')}.`,
    remedy: `${advice}, then run this again.`,
  })
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((directory) => existsSync(join(directory, program)))
}

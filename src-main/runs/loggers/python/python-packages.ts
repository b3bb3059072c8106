/**
 * Python and the packages that some loggers need, which are installed only when they are asked for: into an environment
 * of Midbench's own in the folder of the person's data, so that nothing of the machine's Python changes. A package that
 * is there already, in the machine's `python3` or in the Python that $MIDBENCH_PYTHON names, is used from there.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { type LoggerName, PYTHON_PACKAGES, type PythonPackage } from '../../../config/loggers.schema'
import { MidbenchError } from '../../../errors'
import type { Progress } from '../../../progress.schema'

/** What pip is asked for: the versions that Midbench was tried with. */
const REQUIREMENTS: Readonly<Record<PythonPackage, string>> = {
  wandb: 'wandb==0.31.0',
  trackio: 'trackio==0.43.0',
}

export interface FoundPackage {
  /** The Python that has it. */
  python: string
  version: string
}

const run = promisify(execFile)

/** A folder named like a package, where the program stands, would be taken for it: so it stands where there is none. */
export const PYTHON_HOME = '/'

const LONGEST_MS = 20_000
/** Bytes that pip may print. */
const MOST_SAID = 64 * 1024 * 1024

/** Prints the version of the package in argv; fails where it is not there. Does not import it, which takes seconds. */
const VERSION = 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))'

/** Which Python has a package; null where none has. Takes about 50 ms. */
export async function findPackage(name: PythonPackage, dataDir: string): Promise<FoundPackage | null> {
  for (const python of pythons(dataDir)) {
    try {
      const { stdout } = await run(python, ['-c', VERSION, name], { cwd: PYTHON_HOME, timeout: LONGEST_MS })
      return { python, version: stdout.trim() }
    } catch {
      // It is not there, or there is no such Python.
    }
  }
  return null
}

/** The Pythons that are asked, in this order. */
function pythons(dataDir: string): string[] {
  const named = process.env['MIDBENCH_PYTHON']
  const own = pythonOf(dataDir)
  return [...(named ? [named] : []), ...(existsSync(own) ? [own] : []), 'python3']
}

/** Milliseconds for which what was found is not looked for again: a config is checked as it is typed. */
const KNOWN_MS = 5000
const looked = new Map<string, { at: number; lacks: Promise<boolean> }>()

/** The packages that a config's loggers need and no Python here has. Costs nothing where it names none. */
export async function lackingPackages(
  loggers: readonly LoggerName[],
  dataDir: string,
): Promise<PythonPackage[]> {
  const lacks = (name: PythonPackage): Promise<boolean> => {
    const key = JSON.stringify([name, dataDir])
    const known = looked.get(key)
    if (known !== undefined && performance.now() - known.at < KNOWN_MS) return known.lacks
    const now = findPackage(name, dataDir).then((found) => found === null)
    looked.set(key, { at: performance.now(), lacks: now })
    return now
  }
  const asked = PYTHON_PACKAGES.filter((name) => loggers.includes(name))
  const answers = await Promise.all(asked.map(lacks))
  return asked.filter((_, i) => answers[i])
}

function environmentOf(dataDir: string): string {
  return join(dataDir, 'python')
}

function pythonOf(dataDir: string): string {
  return join(environmentOf(dataDir), 'bin', 'python')
}

interface InstallOptions {
  signal?: AbortSignal | undefined
  onProgress?: (progress: Progress) => void
}

/**
 * Installs a package with the machine's own pip, which decides where it comes from, into the environment of Midbench's own;
 * that is made first where it is not there. What an interrupted install left is completed by the next one.
 *
 * @throws MidbenchError `python.missing`, `python.install`; the signal's reason
 */
export async function installPackage(
  name: PythonPackage,
  dataDir: string,
  { signal, onProgress = () => undefined }: InstallOptions = {},
): Promise<FoundPackage> {
  const environment = environmentOf(dataDir)
  const tell = (what: string): void => {
    onProgress({ what, unit: 'steps', done: 0, total: null })
  }
  const options = { cwd: PYTHON_HOME, signal, maxBuffer: MOST_SAID }
  tell('making a Python environment')
  await attempt(() => run('python3', ['-m', 'venv', environment], options), {
    code: 'python.missing',
    message: `No Python environment could be made in ${environment}`,
    remedy: 'Install Python 3 with venv: `sudo apt-get install -y python3-venv`.',
    signal,
  })
  tell(`installing ${REQUIREMENTS[name]}`)
  const asked = ['-m', 'pip', 'install', '--no-input', '--progress-bar', 'off', '--disable-pip-version-check']
  const pip = (): Promise<unknown> => {
    const working = run(pythonOf(dataDir), [...asked, REQUIREMENTS[name]], options)
    working.child.stdout?.on('data', (text: string) => {
      const part = /^(?:Collecting|Downloading|Installing) .*/m.exec(text)?.[0]
      if (part !== undefined) tell(`installing ${REQUIREMENTS[name]}: ${part.slice(0, 80)}`)
    })
    return working
  }
  await attempt(pip, {
    code: 'python.install',
    message: `${REQUIREMENTS[name]} could not be installed`,
    remedy: 'See that this machine reaches a package index, as `pip install` does, and try again.',
    signal,
  })
  looked.clear()
  const found = await findPackage(name, dataDir)
  if (found === null) throw new Error(`pip installed ${name}, and ${pythonOf(dataDir)} does not have it`)
  return found
}

interface Attempt {
  code: string
  message: string
  remedy: string
  signal: AbortSignal | undefined
}

async function attempt(work: () => Promise<unknown>, { signal, message, ...rest }: Attempt): Promise<void> {
  try {
    await work()
  } catch (cause) {
    signal?.throwIfAborted()
    throw new MidbenchError({ ...rest, message: `${message}: ${lastWords(cause)}` }, { cause })
  }
}

/** The last line that a program printed, or why it could not be run. */
function lastWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : ''
  const last = said.split('\n').findLast((line) => line.trim() !== '')
  return last?.trim() ?? error.message
}

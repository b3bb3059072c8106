/**
 * Starts the built app in a real window, with a data folder of its own, and ends it after the test.
 *
 * What the app writes to stderr is kept in the data folder; where a test fails, stderr and a trace that
 * `playwright show-trace` opens are copied to tests/.cache/failures/. A data folder may be handed on to a second launch.
 */
import { cpSync, createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { onTestFailed, onTestFinished } from 'vitest'

import { requireElectron } from '../../src-main/native/setup/electron-binary'
import { temporaryFolder } from './temporary-folder'

const PROJECT = join(import.meta.dirname, '..', '..')
const FAILURES = join(PROJECT, 'tests', '.cache', 'failures')

export interface LaunchOptions {
  /** @default a new temporary folder */
  home?: string
  env?: Record<string, string>
}

export interface LaunchedApp {
  electron: ElectronApplication
  page: Page
  /** Its data folder. */
  home: string
  /** Milliseconds from the start of the process to the page being loaded. */
  launchMs: number
  /** Lines of stderr so far. */
  stderr: () => string
  /** Quits as a person does, and resolves once the process has ended, with its exit code. */
  quit: () => Promise<number | null>
}

/** Launches the app and waits for its first window's page. */
export async function launchApp({
  home = temporaryFolder(),
  env = {},
}: LaunchOptions = {}): Promise<LaunchedApp> {
  const started = performance.now()
  const electron = await _electron.launch({
    executablePath: requireElectron().executable,
    args: [...chromiumSwitches(), PROJECT],
    cwd: PROJECT,
    env: { ...inheritedEnvironment(), MIDBENCH_HOME: home, ...env },
  })
  const process = electron.process()
  const exited = new Promise<number | null>((resolve) => process.once('exit', resolve))
  const stderr = keepStderr(electron, home)
  const ended = { value: false }
  void exited.then(() => (ended.value = true))
  onTestFinished(async () => {
    if (!ended.value) process.kill('SIGKILL')
    await exited
  })
  const page = await electron.firstWindow()
  await keepTrace(page, home, () => ended.value)
  await page.waitForLoadState('load')
  const launchMs = performance.now() - started
  const quit = async (): Promise<number | null> => {
    await electron.evaluate(({ app }) => app.quit()).catch(() => undefined) // it may be gone before it answers
    return exited
  }
  return { electron, page, home, launchMs, stderr, quit }
}

/** As root Chromium runs only without its sandbox; the app itself never asks for that. */
function chromiumSwitches(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

/** This process's environment; vitest may itself run in Electron as Node, which the app must not. */
function inheritedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => name !== 'ELECTRON_RUN_AS_NODE')
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']))
}

function keepStderr(electron: ElectronApplication, home: string): () => string {
  const path = join(home, 'stderr.txt')
  let text = ''
  const file = createWriteStream(path, { flags: 'a' })
  electron.process().stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    file.write(chunk)
  })
  onTestFailed(({ task }) => {
    keep(path, task.name, 'stderr.txt')
  })
  return () => text
}

async function keepTrace(page: Page, home: string, ended: () => boolean): Promise<void> {
  const tracing = page.context().tracing
  await tracing.start({ screenshots: true, snapshots: true })
  const path = join(home, 'trace.zip')
  onTestFailed(async ({ task }) => {
    if (ended()) return
    await tracing.stop({ path })
    keep(path, task.name, 'trace.zip')
  })
}

function keep(path: string, test: string, name: string): void {
  const folder = join(FAILURES, test.replace(/\W+/g, '-'))
  mkdirSync(folder, { recursive: true })
  cpSync(path, join(folder, name))
}

/**
 * Starts the built app in a real window, with a data folder of its own, and ends it afterwards.
 *
 * When a test fails, what is known of its app is kept in tests/.cache/failures/: its stderr, a picture of its window, and
 * a trace that `npx playwright-core show-trace` opens. A data folder may be handed on to a second launch.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, onTestFailed, onTestFinished } from 'vitest'

import { requireElectron } from '../../src-main/native/setup/electron-binary'
import { keptFolder, temporaryFolder } from './temporary-folder'

const PROJECT = join(import.meta.dirname, '..', '..')
const FAILURES = join(PROJECT, 'tests', '.cache', 'failures')

export interface LaunchOptions {
  /** Its data folder. @default a new temporary one */
  home?: string
  env?: Record<string, string>
}

export interface LaunchedApp {
  electron: ElectronApplication
  page: Page
  home: string
  /** What it has written to stderr so far. */
  stderr: () => string
  /** Resolves with its exit code once it has ended; null where a signal ended it. */
  exited: Promise<number | null>
  /** Quits as a person does, and waits for the end. */
  quit: () => Promise<number | null>
  /** Ends it by a signal, and waits for the end. */
  kill: (signal: NodeJS.Signals) => Promise<number | null>
}

/** Launches the app for one test. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const app = await start({ home: temporaryFolder(), ...options })
  // The last hook to be registered runs first: what is to be kept is kept before the app is ended.
  onTestFinished(async () => {
    await app.kill('SIGKILL')
  })
  onTestFailed(({ task }) => keepEvidence(app, task.name))
  return app
}

/** Launches one app for all tests of a file, before the first of them. */
export function sharedApp(options: LaunchOptions = {}): { app: () => LaunchedApp } {
  const home = keptFolder()
  let app: LaunchedApp | undefined
  const launched = (): LaunchedApp => {
    if (!app) throw new Error('The app has not been launched yet.')
    return app
  }
  beforeAll(async () => {
    app = await start({ home, ...options })
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepEvidence(launched(), task.name)
  })
  afterAll(async () => {
    await app?.kill('SIGKILL')
  })
  return { app: launched }
}

/** The command that starts the app, for tests that start it by themselves. */
export function appCommand(): { executable: string; args: string[] } {
  // As root Chromium runs only without its sandbox; the app itself never asks for that.
  const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return { executable: requireElectron().executable, args: [...switches, PROJECT] }
}

/**
 * The environment of an app with this data folder, which makes no self-test unless that is asked for. vitest may itself
 * run in Electron as Node, which the app must not.
 */
export function appEnvironment(home: string, env: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => name !== 'ELECTRON_RUN_AS_NODE')
  const inherited = Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']))
  return { ...inherited, MIDBENCH_HOME: home, MIDBENCH_TRAINER_HOST: 'thread', ...env }
}

async function start({ home, env }: LaunchOptions & { home: string }): Promise<LaunchedApp> {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    throw new Error('There is no display. `npm test -- tests/e2e` makes one.')
  }
  const { executable, args } = appCommand()
  const environment = appEnvironment(home, env)
  const electron = await _electron.launch({
    executablePath: executable,
    args,
    cwd: PROJECT,
    env: environment,
    colorScheme: null, // the app's own, in place of Playwright's
  })
  const child = electron.process()
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const kill = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return exited
  }
  const quit = async (): Promise<number | null> => {
    await electron.evaluate(({ app }) => app.quit()).catch(() => undefined) // it may be gone before it answers
    return exited
  }
  const page = await electron.firstWindow()
  await startTrace(electron)
  await page.waitForLoadState('load')
  return { electron, page, home, stderr: () => stderr, exited, quit, kill }
}

async function keepEvidence({ electron, page, stderr }: LaunchedApp, test: string): Promise<void> {
  const folder = join(FAILURES, test.replace(/\W+/g, '-'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'stderr.txt'), stderr())
  // The app may have ended: then there is nothing more to keep.
  await page.screenshot({ path: join(folder, 'window.png'), timeout: 5000 }).catch(() => undefined)
  const tracing = electron.context().tracing
  await tracing.stop({ path: join(folder, 'trace.zip') }).catch(() => undefined)
  await startTrace(electron).catch(() => undefined)
}

/**
 * Begins to record what is done and the page before and after it. Playwright's film of the window is left out: without a GPU
 * it takes a processor of its own, before the trainer, which is let wait.
 */
async function startTrace(electron: ElectronApplication): Promise<void> {
  await electron.context().tracing.start({ screenshots: false, snapshots: true })
}

/**
 * The app as a second, hidden instance that tests itself and ends: it opens the page as the window does, loads
 * TensorFlow in a trainer thread beside it, and reports its progress on stdout. Nothing else of the app runs in it.
 *
 * What has killed TensorFlow before are the libraries and the allocator that a window loads into the process. So the
 * test uses the same binary with the same page, in a process of its own, because it may die.
 */
import { app, BrowserWindow, session } from 'electron'

import { toFailure } from '../errors'
import { endWithParent } from '../native/process-ties'
import { selfTestHere, type SelfTestLine, type TestCommand } from '../runs/self-test'
import { PAGE_URL, setupPage } from './page'
import type { AppFiles } from '../services/places'
import type { Hosts } from '../services/trainer-hosts'
import { setupSessionSecurity } from './security'
import { pagePreferences } from './window'

/** Delay during which the window and its first requests have the machine to themselves. */
const AFTER_WINDOW_MS = 4000
const FLAG = '--midbench-self-test'
/** Switches that change how a page is drawn, and so what is loaded into the process. */
const SWITCHES = ['no-sandbox', 'disable-gpu', 'in-process-gpu', 'use-gl', 'use-angle', 'ozone-platform']

/** More than the 1 GiB that Chromium's allocator takes in one block, and more than 2 GiB in all. */
export const BLOCK_BYTES = 3 * 2 ** 30

/** Whether this process was started to test itself. */
export function isSelfTest(): boolean {
  return process.argv.includes(FLAG)
}

/** The command that starts the hidden instance. @param home a folder of its own for Electron's files */
export function selfTestCommand(home: string): TestCommand {
  const { commandLine } = app
  const switches = SWITCHES.filter((name) => commandLine.hasSwitch(name)).map((name) => {
    const value = commandLine.getSwitchValue(name)
    return value === '' ? `--${name}` : `--${name}=${value}`
  })
  const folder = app.isPackaged ? [] : [app.getAppPath()]
  const env = { MIDBENCH_HOME: home, ELECTRON_RUN_AS_NODE: undefined }
  return { executable: process.execPath, args: [...switches, ...folder, FLAG], env }
}

/** Runs the self-test soon after the window has opened, where the first run would have to wait for it. */
export function setupSelfTest({ hosts }: { hosts: Pick<Hosts, 'ensure'> }): void {
  setTimeout(() => {
    hosts.ensure().catch((error: unknown) => {
      process.stderr.write(`The self-test could not be made: ${toFailure(error).message}\n`)
    })
  }, AFTER_WINDOW_MS)
}

/** Runs the test, reports the result, and ends the process. */
export async function testSelf(files: AppFiles): Promise<void> {
  endWithParent()
  try {
    say({ type: 'progress', what: 'opening a page', done: 0, total: null, unit: 'parts' })
    setupSessionSecurity(session.defaultSession)
    setupPage(session.defaultSession, files.page)
    const window = new BrowserWindow({ show: false, webPreferences: pagePreferences(files.preload) })
    await window.loadURL(PAGE_URL)
    const result = await selfTestHere(BLOCK_BYTES, (progress) => {
      say({ type: 'progress', ...progress })
    })
    say({ type: 'self-test', result })
  } catch (error) {
    say({ type: 'failed', failure: toFailure(error) })
  }
  app.exit(0)
}

/** Writes to the pipe synchronously and whole: `app.exit` waits for nothing. */
function say(line: SelfTestLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

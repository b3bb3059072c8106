/**
 * From launch to exit: one instance, what closing the window means, quitting with a run saved.
 *
 * A run does not depend on the window. Quitting, SIGTERM, SIGINT and SIGHUP (the end of the session) all finish the
 * current step and save before the process ends; a second signal ends it at once.
 */
import { Notification, app } from 'electron'

import type { RunQueue } from '../runs/queue/run-queue'
import type { RunManager } from '../runs/run-manager'
import { Closing } from './closing'
import type { Dialogs } from './dialogs'
import { shutdownRuns } from '../services/shutdown'
import type { MainWindow } from './window'

/** Whether this is the first instance on its data folder; a later one only asks the first to show itself. */
export function setupSingleInstance(): boolean {
  return app.requestSingleInstanceLock()
}

/** An uncaught error must not end a run: it is logged, and the app goes on. */
export function setupErrorLog(): void {
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}

export interface LifecycleOptions {
  window: MainWindow
  dialogs: Dialogs
  runs: RunManager
  queue: RunQueue
  /** Whether the desktop may say that a run has ended. */
  notifies: () => boolean
  /** Closes what else is open: data thread, store, files being written. */
  close: () => Promise<void>
}

/** Connects the app's events, the window's closing and the process's signals to {@link Closing}. */
export function setupLifecycle(options: LifecycleOptions): void {
  const { window, runs, queue } = options
  /** After a signal, nobody may be there to answer a question. */
  let signalled = false
  const closing = makeClosing(options, () => signalled)
  window.askBeforeClosing(() => closing.mayCloseWindow())
  app.on('second-instance', () => window.show())
  app.on('activate', () => window.show())
  app.on('window-all-closed', () => closing.windowsClosed())
  app.on('before-quit', (event) => {
    event.preventDefault()
    void closing.quit()
  })
  followSignals(() => {
    signalled = true
    void closing.quit()
  })
  runs.on((event) => {
    if (event.type !== 'rest') return
    if (!window.current?.isFocused() && event.state !== 'paused' && options.notifies())
      notify(runs, event.runId, window)
    closing.runRested(window.current !== null)
  })
  queue.onIdle(() => {
    closing.runRested(window.current !== null) // the last queued run may not have started at all
  })
}

function makeClosing(
  { window, dialogs, runs, queue, close }: LifecycleOptions,
  signalled: () => boolean,
): Closing {
  return new Closing({
    isRunning: () => runs.current() !== null || queue.isBusy,
    isUnsaved: () => runs.unsaved() !== null,
    ask: () => dialogs.askAtClosing(nameOfCurrent(runs)),
    shutdown: async () => {
      await queue.leave()
      if (!(await shutdownRuns(runs, async (run) => signalled() || dialogs.askToLose(run)))) {
        queue.stay()
        window.show()
        return false
      }
      await window.destroy()
      await close()
      return true
    },
    destroyWindow: () => void window.destroy(),
    exit: (code) => app.exit(code),
    failed: report,
  })
}

function followSignals(quit: () => void): void {
  let asked = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked) app.exit(130)
      asked = true
      quit()
    })
  }
}

/** Shows a notification when a run ends while the window is out of sight. */
function notify(runs: RunManager, id: string, window: MainWindow): void {
  if (!Notification.isSupported()) return
  const { name, state, step, total_steps: all, error } = runs.get(id)
  const where = `Step ${String(step)}${all === null ? '' : ` of ${String(all)}`}.`
  const body = error ? `${where} ${error.message}` : where
  const notification = new Notification({ title: `${name}: ${state}`, body })
  notification.on('click', () => {
    window.show()
  })
  notification.show()
}

function nameOfCurrent(runs: RunManager): string {
  const id = runs.current()
  return id === null ? '' : runs.get(id).name
}

function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
}

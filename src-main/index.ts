/**
 * Puts the app together: first what Electron must know before it is ready, then the parts in the order of their
 * dependencies.
 */
import { app, dialog, session } from 'electron'

import { aboutApp } from './app/about'
import { Dialogs } from './app/dialogs'
import { acceptDroppedFiles } from './app/dropped-files'
import { keyring } from './app/keyring'
import { setupErrorLog, setupLifecycle, setupSingleInstance } from './app/lifecycle'
import { setupMenu } from './app/menu'
import { PAGE_URL, setupPage, setupScheme } from './app/page'
import { machinesFile, setupPaths, windowFile } from './app/paths'
import { setupContentsSecurity, setupSessionSecurity } from './app/security'
import { isSelfTest, setupSelfTest, testSelf } from './app/self-test-instance'
import { setupServices } from './app/own-services'
import { MainWindow } from './app/window'
import { toFailure } from './errors'
import { acceptPorts } from './ipc/accept-port'
import { allHandlers } from './ipc/handlers'
import { nativePaths, ShownMachine } from './machines/shown-machine'
import { EventHub } from './services/event-hub'
import { appFiles } from './services/places'
import { upkeepOf } from './services/upkeep'
import { closeServices, type Services } from './services/workbench'

setupPaths()
setupErrorLog()
setupScheme()
setupContentsSecurity()
if (isSelfTest()) void app.whenReady().then(() => testSelf(appFiles()))
else if (setupSingleInstance()) void app.whenReady().then(start).catch(refuseToStart)
else app.exit(0)

async function start(): Promise<void> {
  const hub = new EventHub()
  const services = await setupServices(hub)
  setupSessionSecurity(session.defaultSession)
  setupPage(session.defaultSession, services.files.page)
  const { settings, runs, queue } = services
  const window = new MainWindow({ ...services.files, state: windowFile() }, () => settings.current.text_size)
  settings.onChange(() => {
    window.applyTextSize()
  })
  const grant = (path: string): void => {
    services.granted.grant(path)
  }
  const dialogs = new Dialogs(() => window.current, grant)
  acceptDroppedFiles(() => window.contents, grant)
  const shown = showMachines(services, hub, () => window.contents?.reload())
  const notifies = (): boolean => settings.current.notify
  setupLifecycle({ window, dialogs, runs, queue, notifies, close: () => end(shown, services) })
  setupMenu(hub, settings)
  const handlers = allHandlers({
    ...services,
    dialogs,
    about: aboutApp(services),
    upkeep: upkeepOf(services, keyring),
    documents: app.getPath('documents'),
    machine: shown,
    paths: nativePaths,
  })
  acceptPorts({
    contents: () => window.contents,
    pageUrl: PAGE_URL,
    serve: (port) => shown.serve(port, handlers),
  })
  window.show()
  queue.open()
  dialogs.warnOf(services.problems)
  setupSelfTest(services)
}

function showMachines(services: Services, hub: EventHub, reload: () => void): ShownMachine {
  const publish = hub.publish.bind(hub)
  const shown = new ShownMachine({ ...services, file: machinesFile(), reload, publish })
  hub.join(shown)
  return shown
}

async function end(shown: ShownMachine, services: Services): Promise<void> {
  await shown.end()
  await closeServices(services)
}

function refuseToStart(error: unknown): void {
  const { message, remedy } = toFailure(error)
  dialog.showErrorBox('Midbench cannot start', `${message}\n\n${remedy ?? ''}`)
  app.exit(1)
}

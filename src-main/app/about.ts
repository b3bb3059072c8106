/** Information about the app and this computer: the answers to the `app.*` calls. */
import { app, shell } from 'electron'

import { aboutMachine } from '../services/about'
import type { About } from '../services/shell'
import type { Services } from '../services/workbench'

export function aboutApp(services: Services): About {
  const { electron, chrome } = process.versions
  return {
    ...aboutMachine(services, { version: app.getVersion(), electron, chrome }),
    open: (path) => shell.openPath(path),
    reveal: (path) => {
      shell.showItemInFolder(path)
    },
  }
}

/** The services of the app's own window: in the person's files, with trainers where a self-test of this Electron says. */
import { nativeTheme } from 'electron'

import type { EventHub } from '../services/event-hub'
import { appFiles, personFiles } from '../services/places'
import { TrainerHosts } from '../services/trainer-hosts'
import { openServices, type Services } from '../services/workbench'
import { BLOCK_BYTES, selfTestCommand } from './self-test-instance'

/** Opens everything in the data folder. @throws MidbenchError where the run store cannot be opened */
export async function setupServices(hub: EventHub): Promise<Services> {
  const services = await openServices(hub, {
    files: { ...appFiles(), person: personFiles() },
    hosts: (settings, changed) =>
      new TrainerHosts({
        electron: process.versions.electron,
        command: selfTestCommand,
        blockBytes: BLOCK_BYTES,
        choice: () => settings.current.trainer_host,
        changed,
      }),
  })
  nativeTheme.themeSource = services.settings.current.theme
  services.settings.onChange(({ theme }) => {
    nativeTheme.themeSource = theme
  })
  return services
}

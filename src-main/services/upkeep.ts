/** The hub token in a keyring, and the repair of the native set-up. */
import { setEnteredToken } from '../data/hub/hub-env'
import { MidbenchError } from '../errors'
import { setUp } from '../native/setup/setup'
import { HubToken, type Keyring } from './hub-token'
import type { JobContext } from './jobs'
import type { Upkeep } from './shell'
import type { Services } from './workbench'

/** As package registries and disk makers count. */
const MEGABYTE = 1e6

/** The token that was kept is in use from here on. To be called once the keyring can be asked. */
export function upkeepOf({ files, runs }: Services, keyring: Keyring): Upkeep {
  return {
    token: new HubToken(files.person.token, keyring, setEnteredToken),
    repair: (context) => repair(runs.current() !== null, context),
  }
}

/**
 * Sets TensorFlow and its binding up, damaged files included. What a trainer has loaded already stays loaded, so that a
 * run comes first.
 *
 * @throws MidbenchError `repair.run`; what set-up throws
 */
async function repair(isRunning: boolean, { signal, onProgress }: JobContext): Promise<void> {
  if (isRunning) {
    throw new MidbenchError({
      code: 'repair.run',
      message: 'A run is using TensorFlow.',
      remedy: 'Pause or stop it first, then repair.',
    })
  }
  await setUp({
    parts: ['tensorflow'],
    deep: true,
    signal,
    report: ({ message, bytes = 0, total }) => {
      onProgress({
        what: message,
        done: bytes / MEGABYTE,
        total: total ? total / MEGABYTE : null,
        unit: 'MB',
      })
    },
  })
}

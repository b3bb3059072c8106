/** What the app says of itself: versions and licences, the doctor's report, the folders and the hub it uses. */
import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'

import { freeSpaceIfKnown } from '../../files/disk-space'
import type { HubOrigins } from '../../data/hub/hub-env'
import { MidbenchError } from '../../errors'
import type { CallOutput } from '../../contract/contract'
import type { Handlers } from '../serve'

export interface AppServices {
  info: () => Promise<CallOutput<'app.info'>>
  doctor: () => Promise<CallOutput<'app.doctor'>>
  /** Named folders of the app and the person. */
  folders: () => { label: string; path: string }[]
  /** Where the hub is and what is kept of it, without the token. */
  hub: () => Promise<HubOrigins>
  /** Folders below which a path may be shown. */
  revealable: () => string[]
  /** Shows a path in the desktop's file manager. */
  reveal: (path: string) => void
}

export function appHandlers(
  services: AppServices,
): Pick<Handlers, 'app.info' | 'app.doctor' | 'app.folders' | 'app.hub' | 'app.reveal'> {
  return {
    'app.info': () => services.info(),
    'app.doctor': () => services.doctor(),
    'app.folders': () =>
      Promise.all(
        services.folders().map(async (each) => ({ ...each, free_bytes: await freeSpaceIfKnown(each.path) })),
      ),
    'app.hub': async () => {
      const { cache, ...rest } = await services.hub()
      const exists = existsSync(cache.path)
      return { ...rest, cache: { ...cache, exists, free_bytes: await freeSpaceIfKnown(cache.path) } }
    },
    'app.reveal': ({ path }) => {
      const target = resolve(path)
      if (!isAbsolute(path) || !services.revealable().some((folder) => isWithin(target, folder)))
        throw notOurs(path)
      if (!existsSync(target)) throw gone(path)
      services.reveal(target)
      return {}
    },
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(resolve(folder), path)
  return way === '' || (!way.startsWith('..') && !isAbsolute(way))
}

function notOurs(path: string): MidbenchError {
  return new MidbenchError({
    code: 'app.reveal-refused',
    message: `${path} lies in no folder of a run or of the project.`,
  })
}

function gone(path: string): MidbenchError {
  return new MidbenchError({ code: 'app.reveal-missing', message: `${path} is not there any more.` })
}

/** Information about the app: versions and licences, the doctor's report, the folders and the hub that it uses. */
import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'

import { freeSpaceIfKnown } from '../../files/disk-space'
import { MidbenchError } from '../../errors'
import type { About } from '../../services/shell'
import type { Handlers } from '../serve'

export function appHandlers(
  about: About,
): Pick<Handlers, 'app.info' | 'app.doctor' | 'app.folders' | 'app.hub' | 'app.reveal'> {
  return {
    'app.info': () => about.info(),
    'app.doctor': () => about.doctor(),
    'app.folders': () =>
      Promise.all(
        about.folders().map(async (each) => ({ ...each, free_bytes: await freeSpaceIfKnown(each.path) })),
      ),
    'app.hub': async () => {
      const { cache, ...rest } = await about.hub()
      const exists = existsSync(cache.path)
      return { ...rest, cache: { ...cache, exists, free_bytes: await freeSpaceIfKnown(cache.path) } }
    },
    'app.reveal': ({ path }) => {
      const target = resolve(path)
      if (!isAbsolute(path) || !about.revealable().some((folder) => isWithin(target, folder)))
        throw notOurs(path)
      if (!existsSync(target)) throw gone(path)
      about.reveal(target)
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

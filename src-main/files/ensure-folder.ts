/**
 * Makes a folder and its parents, or fails. Node's own recursive mkdir never ends where a file system allows no new
 * folders and answers ENOENT, as /proc does: it makes the parent, which exists, and tries again.
 *
 * Others may make and remove the same folders meanwhile: if something changed between the call and the check, it tries
 * again.
 */
import { mkdirSync, statSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../system-error'

/** How often the folder may appear or vanish between a mkdir and the check for it. */
const TRIES = 50

type Standing = 'folder' | 'file' | 'nothing'

/** @throws what mkdir throws: ENOTDIR or EEXIST where a file is in the way, EACCES, EROFS, ENOSPC, ENOENT */
export async function ensureFolder(path: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await mkdir(path)
      return
    } catch (error) {
      const standing = await standingOf(path)
      if (standing === 'folder') return
      const above = await standingOf(dirname(path))
      const next = whatNext(error, path, { standing, above, tries })
      if (next === 'fail') throw error
      if (next === 'above first') await ensureFolder(dirname(path))
    }
  }
}

/** Like {@link ensureFolder}, but synchronous. */
export function ensureFolderSync(path: string): void {
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(path)
      return
    } catch (error) {
      const standing = standingNow(path)
      if (standing === 'folder') return
      const next = whatNext(error, path, { standing, above: standingNow(dirname(path)), tries })
      if (next === 'fail') throw error
      if (next === 'above first') ensureFolderSync(dirname(path))
    }
  }
}

/** What to do after a mkdir failed. @param found what is at the path, and above it, afterwards */
function whatNext(
  error: unknown,
  path: string,
  found: { standing: Standing; above: Standing; tries: number },
): 'again' | 'above first' | 'fail' {
  const code = codeOf(error)
  const again = found.tries < TRIES ? 'again' : 'fail'
  // It was removed in between; or it is a dangling link, which stays.
  if (code === 'EEXIST') return found.standing === 'nothing' ? again : 'fail'
  if (code !== 'ENOENT' || dirname(path) === path) return 'fail'
  return found.above === 'folder' ? again : 'above first'
}

async function standingOf(path: string): Promise<Standing> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return 'nothing'
  }
}

function standingNow(path: string): Standing {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file'
  } catch {
    return 'nothing'
  }
}

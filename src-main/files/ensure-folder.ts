/**
 * Makes a folder and those above it, or fails. Node's own recursive mkdir never ends where a file system holds no new
 * folders and says ENOENT for that, as /proc does: it makes the folder above, which is there, and tries again.
 */
import { mkdirSync, statSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** @throws what mkdir throws: ENOTDIR or EEXIST where a file is in the way, EACCES, EROFS, ENOSPC, ENOENT */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (await isFolder(path)) return
    const above = dirname(path)
    if (codeOf(error) !== 'ENOENT' || above === path || (await isFolder(above))) throw error
    await ensureFolder(above)
    await ensureFolder(path)
  }
}

/** As {@link ensureFolder}, before anything can wait. */
export function ensureFolderSync(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (isFolderSync(path)) return
    const above = dirname(path)
    if (codeOf(error) !== 'ENOENT' || above === path || isFolderSync(above)) throw error
    ensureFolderSync(above)
    ensureFolderSync(path)
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

function isFolderSync(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}

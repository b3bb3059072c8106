/**
 * Removes, at start-up, what nobody reads any more from Midbench's own folders: what killed processes left half made in
 * the data cache, the data folder and the bases in it, and the cache's folders of earlier forms. Other folders (nanochat's) are cleaned when something is next written there.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeLeftovers } from '../files/leftovers'

/** Folders of the data cache in forms that were read before 29 November 2026: they only take room. */
const FORMER = ['rows', 'identities', 'tokens', 'tokens-2']

/** Takes some milliseconds to read the folders, longer where there is much to remove, and never fails. */
export async function clearLeftovers(folders: { dataDir: string; cacheDir: string }): Promise<void> {
  for (const name of FORMER) {
    await rm(join(folders.cacheDir, name), { recursive: true, force: true }).catch(() => undefined)
  }
  const cached = await subfolders(folders.cacheDir)
  const segments = await Promise.all(cached.map(subfolders))
  const dirs = [
    folders.dataDir,
    join(folders.dataDir, 'bases'),
    folders.cacheDir,
    ...cached,
    ...segments.flat(),
  ]
  for (const dir of dirs) await removeLeftovers(dir)
}

async function subfolders(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(dir, name))
}

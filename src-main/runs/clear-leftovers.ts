/**
 * Removes, at start-up, what killed processes left half made in Midbench's own folders: the data cache, the data folder
 * and the bases in it. Other folders (nanochat's) are cleaned when something is next written there.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { removeLeftovers } from '../files/leftovers'

/** Takes some milliseconds to read the folders, and never fails. */
export async function clearLeftovers(folders: { dataDir: string; cacheDir: string }): Promise<void> {
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

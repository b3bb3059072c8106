/** The small files that make a folder a run's. Somebody may delete the folder while the run goes on. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { saving } from '../checkpoint/unwritable'
import { makeFile } from '../files/durable'
import type { TrainJob } from './trainer-calls'

/**
 * Writes the files that are missing.
 *
 * @param files names and texts, in the order of writing
 * @returns the names of those that were missing
 * @throws MidbenchError `checkpoint.write`
 */
export async function writeMissing(dir: string, files: TrainJob['files']): Promise<string[]> {
  const missing: string[] = []
  for (const [name, text] of files) {
    const path = join(dir, name)
    if ((await stat(path).catch(() => null)) !== null) continue
    await saving(path, () => makeFile(path, text))
    missing.push(name)
  }
  return missing
}

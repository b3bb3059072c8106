/** The small files that make a folder a run's: somebody may delete the folder under a run that goes on. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { saving } from '../checkpoint/unwritable'
import { makeFile } from '../files/durable'
import type { TrainJob } from './trainer-calls'

/**
 * Writes those of the files that are not there any more.
 *
 * @param files by name, in the order they are to be written
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

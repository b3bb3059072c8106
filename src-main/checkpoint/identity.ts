/**
 * Says whether two checkpoints hold the same model, wherever they lie: what was measured of one holds for the other.
 *
 * torch's files are zips whose directory has the CRC-32 and size of every tensor. The identity is a digest of these and
 * of the model's config, so that it takes milliseconds for a file of any size. Where torch was told to compute no
 * checksums (it writes 0), the file's size and time of change are taken in addition; a copy is another one then.
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { openStoredZip, type ZipEntry } from '../pickle/stored-zip'
import { fileNames, loadMeta } from './nanochat-files'

/** What tells nothing of the model: torch's own notes about the file. */
const NOTES = /\/(\.format_version|\.storage_alignment|\.data\/serialization_id|byteorder|version)$/

/**
 * @param dir holds model_*.pt and meta_*.json
 * @returns 32 hexadecimal digits
 * @throws MidbenchError `checkpoint.missing`, `checkpoint.json`, `zip.refused`; file system errors
 */
export async function checkpointIdentity(dir: string, step: number): Promise<string> {
  const { model_config: config } = await loadMeta(dir, step)
  const path = join(dir, fileNames(step).model)
  const entries = await modelEntries(path)
  const parts: unknown[] = [
    Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)),
    entries.map(({ name, size, crc32 }) => [withoutRoot(name), size, crc32]),
  ]
  if (entries.some(({ size, crc32 }) => size > 0 && crc32 === 0)) {
    const { size, mtimeMs } = await stat(path)
    parts.push(size, mtimeMs)
  }
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

async function modelEntries(path: string): Promise<ZipEntry[]> {
  const zip = await openStoredZip(path)
  try {
    return [...zip.entries.values()]
      .filter(({ name }) => !NOTES.test(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } finally {
    await zip.close()
  }
}

/** torch names the zip's one folder after the file. */
function withoutRoot(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}

/**
 * The entries of a file in torch.save's zip format: found under any folder name that it was saved with, read in chunks
 * of 4 MiB, and checked against the file's checksums.
 */
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { MidbenchError } from '../errors'
import { requireContents } from '../files/regular-file'
import { hasChecksum, openStoredZip, type StoredZip, type ZipEntry } from '../pickle/stored-zip'

const CHUNK_BYTES = 1 << 22

async function checkSignature(path: string): Promise<void> {
  await requireContents(path)
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0)
    if (bytesRead === 4 && Buffer.from(buffer).toString('latin1') === 'PK\x03\x04') return
  } finally {
    await file.close()
  }
  throw new MidbenchError({
    code: 'checkpoint.format',
    message: `${path}: not a file of torch.save's zip format.`,
    remedy: 'Files from before torch 1.6 must be loaded and saved again with a newer torch.',
  })
}

/** The entries of one torch file, found under any folder name that it was saved with. */
export class TorchArchive {
  constructor(
    readonly path: string,
    private readonly zip: StoredZip,
    private readonly prefix: string,
  ) {}

  close(): Promise<void> {
    return this.zip.close()
  }

  entry(name: string): ZipEntry {
    const entry = this.zip.entries.get(this.prefix + name)
    if (entry === undefined) throw damaged(this.path, `the entry ${name} is missing`)
    return entry
  }

  has(name: string): boolean {
    return this.zip.entries.has(this.prefix + name)
  }

  async readAll(name: string): Promise<Uint8Array> {
    const entry = this.entry(name)
    const bytes = await this.zip.read(entry)
    this.check(entry, crc32(bytes))
    return bytes
  }

  /** A whole entry in chunks; the checksum is checked after the last. */
  async *chunks(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    let crc = 0
    for (let start = 0; start < entry.size; start += CHUNK_BYTES) {
      const chunk = await this.zip.read(entry, start, Math.min(CHUNK_BYTES, entry.size - start))
      crc = crc32(chunk, crc)
      yield chunk
    }
    this.check(entry, crc)
  }

  private check(entry: ZipEntry, crc: number): void {
    if (!hasChecksum(entry, crc)) {
      throw damaged(this.path, `the bytes of ${entry.name} are not those that were saved`)
    }
  }
}

/**
 * @throws MidbenchError `checkpoint.format` (not torch's zip format), `zip.refused` (cut or compressed),
 *   `checkpoint.damaged`
 */
export async function openTorchArchive(path: string): Promise<TorchArchive> {
  await checkSignature(path)
  const zip = await openStoredZip(path)
  try {
    const name = [...zip.entries.keys()].find((entry) => /^[^/]+\/data\.pkl$/.test(entry))
    if (name === undefined) throw damaged(path, 'it is a zip file without data.pkl')
    const archive = new TorchArchive(path, zip, name.slice(0, -'data.pkl'.length))
    await checkByteOrder(archive)
    return archive
  } catch (error) {
    await zip.close()
    throw error
  }
}

async function checkByteOrder(archive: TorchArchive): Promise<void> {
  if (!archive.has('byteorder')) return
  const order = new TextDecoder().decode(await archive.readAll('byteorder'))
  if (order !== 'little') throw damaged(archive.path, `its byte order is ${order}, and only little is read`)
}

export function damaged(path: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'checkpoint.damaged',
    message: `${path}: ${reason}. Nothing of it was loaded.`,
    remedy: 'The file was cut or edited; copy it again from where it was made.',
  })
}

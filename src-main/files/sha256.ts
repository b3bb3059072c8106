/** The SHA-256 of a file's bytes, or another hash of them; takes about 1 s a GB, in pieces of 1 MiB. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'

interface HashOptions {
  signal?: AbortSignal | undefined
  /** A hash to continue, with what it has taken already. @default SHA-256 */
  hash?: Hash
  /** Called with the bytes read so far. */
  onBytes?: ((read: number) => void) | undefined
}

/** Returns hexadecimal digits. @throws the file system's error; the signal's reason */
export async function hashFile(
  path: string,
  { signal, hash = createHash('sha256'), onBytes }: HashOptions = {},
): Promise<string> {
  let read = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    if (!(chunk instanceof Uint8Array)) continue
    hash.update(chunk)
    onBytes?.((read += chunk.length))
  }
  return hash.digest('hex')
}

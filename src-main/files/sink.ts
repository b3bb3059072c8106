/**
 * A file that is written from start to end: small pieces are gathered into writes of 1 MiB, and the SHA-256 of the
 * written bytes is computed, at about a second for 2 GB.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'

const BUFFER_SIZE = 1 << 20

/** Where bytes go, in order. */
export interface Sink {
  /** Bytes written so far. */
  readonly position: number
  /** Takes bytes; the caller may reuse them once this resolves. */
  write(bytes: Uint8Array): Promise<void>
}

/** Writes a file's bytes, in order. */
export type Fill = (sink: Sink) => Promise<void>

export interface WrittenFile {
  bytes: number
  /** In hexadecimal. */
  sha256: string
}

/** Fills a new file with the content of another. */
export function copyOf(path: string): Fill {
  return async (sink) => {
    for await (const chunk of createReadStream(path, { highWaterMark: BUFFER_SIZE })) {
      if (chunk instanceof Uint8Array) await sink.write(chunk)
    }
  }
}

/** Writes what `fill` gives to an open, empty file; the caller must flush it to the disk. */
export async function writeThrough(file: FileHandle, fill: Fill): Promise<WrittenFile> {
  const sink = new FileSink(file)
  await fill(sink)
  await sink.flush()
  return { bytes: sink.position, sha256: sink.hash.digest('hex') }
}

class FileSink implements Sink {
  position = 0
  readonly hash = createHash('sha256')
  private readonly buffer = new Uint8Array(BUFFER_SIZE)
  private filled = 0

  constructor(private readonly file: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes)
    this.position += bytes.length
    if (this.filled + bytes.length > BUFFER_SIZE) await this.flush()
    if (bytes.length >= BUFFER_SIZE) return this.writeAll(bytes)
    this.buffer.set(bytes, this.filled)
    this.filled += bytes.length
  }

  async flush(): Promise<void> {
    const filled = this.filled
    this.filled = 0
    await this.writeAll(this.buffer.subarray(0, filled))
  }

  private async writeAll(bytes: Uint8Array): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done)
      done += bytesWritten
    }
  }
}

/**
 * Writes a file so that its target is either the old one or the whole new one, whenever the process or the machine
 * stops: beside the target, fsynced, renamed, and the folder fsynced. Bytes are streamed; what is held in memory is one
 * buffer of 1 MiB. The SHA-256 of what was written comes for free.
 */
import { createHash } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ensureFolder } from '../files/ensure-folder'
import { MidbenchError } from '../errors'
import { besideName, removeLeftovers } from '../files/leftovers'
import { writeReason } from '../files/write-reason'

const BUFFER_SIZE = 1 << 20

/** Where bytes go, in order. */
export interface Sink {
  /** Bytes written so far. */
  readonly position: number
  write(bytes: Uint8Array): Promise<void>
}

export interface WrittenFile {
  bytes: number
  /** Hexadecimal. */
  sha256: string
}

/**
 * Replaces a file by what `fill` writes; where `fill` throws, the target stays as it was. Makes the folder if missing.
 * @throws MidbenchError `checkpoint.write` when the disk is full or the folder cannot be written; what `fill` throws
 */
export async function writeFileSafely(
  path: string,
  fill: (sink: Sink) => Promise<void>,
): Promise<WrittenFile> {
  const beside = besideName(path)
  try {
    await ensureFolder(dirname(path))
    await removeLeftovers(dirname(path))
    const written = await writeThrough(beside, fill)
    await rename(beside, path)
    await syncFolder(dirname(path))
    return written
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined) // what it failed with says more
    throw unwritable(error, path)
  }
}

/** Makes renames and new files in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** A text file, written safely. */
export function writeTextSafely(path: string, text: string): Promise<WrittenFile> {
  return writeFileSafely(path, (sink) => sink.write(new TextEncoder().encode(text)))
}

async function writeThrough(path: string, fill: (sink: Sink) => Promise<void>): Promise<WrittenFile> {
  const file = await open(path, 'w')
  try {
    const sink = new FileSink(file)
    await fill(sink)
    await sink.flush()
    await file.sync()
    return { bytes: sink.position, sha256: sink.hash.digest('hex') }
  } finally {
    await file.close()
  }
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

/** A failure to write as `checkpoint.write`, in words; any other as it is. */
export function unwritable(error: unknown, path: string): unknown {
  const reason = writeReason(error)
  if (reason === undefined) return error
  return new MidbenchError(
    {
      code: 'checkpoint.write',
      message: `${path} could not be written: ${reason}. What was there before is untouched.`,
      remedy: 'Make room or choose another folder, then save again.',
    },
    { cause: error },
  )
}

/**
 * The bytes of a file, decompressed where it is gzip or zstd: by its first bytes, whatever its name. Streamed: memory
 * holds some blocks, and for zstd its window. Truncated or damaged compression is an error that names the file; zstd's
 * optional checksum is not verified, since no library for Node 20 does.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import { MidbenchError } from '../../errors'
import { requireFileItself } from '../../files/regular-file'
import { codeOf } from '../../system-error'

const BLOCK = 1 << 20
/** zstd is decompressed in pieces of so many compressed bytes: a few bytes may stand for 128 KiB. */
const ZSTD_PIECE = 1 << 12

export type Compression = 'gzip' | 'zstd'

export interface ReadOptions {
  signal?: AbortSignal | undefined
  /** Called with the bytes of the file itself read so far. */
  onBytes?: ((read: number) => void) | undefined
}

/** How a file is compressed, by its first bytes; null where it is not. @throws as {@link decompressed} */
export async function compressionOf(path: string): Promise<Compression | null> {
  const start = await firstBytes(path, 4)
  if (start.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) return 'gzip'
  return start.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])) ? 'zstd' : null
}

/**
 * A file's first bytes, fewer where it has no more.
 *
 * @throws MidbenchError `file.*` where it is no file or a Git LFS pointer; the file system's error
 */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
  await requireFileItself(path)
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/**
 * A file's bytes in blocks.
 *
 * @throws MidbenchError `data.unreadable` for compression that is cut or damaged, `file.*`; the file system's error;
 *   the signal's reason
 */
export async function* decompressed(path: string, options: ReadOptions = {}): AsyncGenerator<Buffer> {
  const compression = await compressionOf(path)
  if (compression === null) {
    yield* blocksOf(path, options)
    return
  }
  try {
    const blocks = compression === 'gzip' ? gunzipped(path, options) : unzstd(path, options)
    for await (const block of blocks) {
      options.signal?.throwIfAborted() // few bytes of the file may stand for very many
      yield block
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    throw explained(error, path, compression)
  }
}

async function* blocksOf(path: string, { signal, onBytes }: ReadOptions): AsyncGenerator<Buffer> {
  let read = 0
  for await (const block of createReadStream(path, { highWaterMark: BLOCK, signal })) {
    if (!Buffer.isBuffer(block)) continue
    onBytes?.((read += block.length))
    yield block
  }
}

async function* gunzipped(path: string, options: ReadOptions): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: BLOCK })
  // The reader below gets every error, since the pipeline destroys its stream with it.
  pipeline(blocksOf(path, options), gunzip, () => undefined)
  for await (const block of gunzip) if (Buffer.isBuffer(block)) yield block
}

async function* unzstd(path: string, options: ReadOptions): AsyncGenerator<Buffer> {
  const made: Buffer[] = []
  const zstd = new Decompress((bytes) => {
    made.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  })
  for await (const block of blocksOf(path, options)) {
    for (let at = 0; at < block.length; at += ZSTD_PIECE) {
      zstd.push(block.subarray(at, at + ZSTD_PIECE))
      await setImmediate() // a call or a cancel can come in between
      yield* made.splice(0)
    }
  }
  zstd.push(new Uint8Array(0), true)
  yield* made.splice(0)
}

function explained(error: unknown, path: string, compression: Compression): unknown {
  if (!(error instanceof Error) || error instanceof MidbenchError) return error
  const code = codeOf(error)
  const isCompression = compression === 'gzip' ? code.startsWith('Z_') : isZstdError(error)
  if (!isCompression) return error
  const isCut = code === 'Z_BUF_ERROR' || /EOF/.test(error.message)
  const reason = isCut ? `its ${compression} data ends too early` : `its ${compression} data is damaged`
  return new MidbenchError(
    {
      code: 'data.unreadable',
      message: `${path}: ${reason}`,
      remedy: 'The file was cut or damaged on its way; download or copy it again.',
    },
    { cause: error },
  )
}

/** fzstd's own errors have a number as code; what damaged data makes it do otherwise is a plain range or type error. */
function isZstdError(error: Error): boolean {
  const isOwn = 'code' in error && typeof error.code === 'number'
  return isOwn || error instanceof RangeError || error instanceof TypeError
}

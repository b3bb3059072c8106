/**
 * The lines of a UTF-8 text file as Python's `open(path, encoding='utf-8')` reads them: lines end with `\n`, `\r\n` or
 * `\r`, and an invalid byte is an error, never replaced. The file is streamed; memory holds one line, which has a limit,
 * and one block.
 */
import { createReadStream } from 'node:fs'
import { byteSize } from '../../byte-size'
import { MidbenchError } from '../../errors'
import { requireFileItself } from '../../files/regular-file'
import type { TextLine } from './text'

const BLOCK = 1 << 20
/** What is longer is no conversation, and could not be a string of JavaScript's either. */
export const MOST_ROW_BYTES = 1 << 28

/**
 * @throws MidbenchError `data.not-utf8` with the line's number, `data.compressed`, `data.too-long`, `file.*` where it is
 *   no file or a Git LFS pointer; the file system's error when the file cannot be read.
 */
export async function* textLines(path: string, signal?: AbortSignal): AsyncGenerator<TextLine> {
  await requireFileItself(path)
  yield* streamLines(createReadStream(path, { highWaterMark: BLOCK, signal }), path)
}

/** Like {@link textLines}, for a stream of bytes; `what` names the stream in messages. */
export async function* streamLines(stream: AsyncIterable<unknown>, what: string): AsyncGenerator<TextLine> {
  let number = 0
  for await (const { bytes, last } of newlineEnded(stream, what)) {
    const text = decodeLine(bytes, what, number + 1)
    // One \r before \n is part of that line end; any other \r ends a line itself.
    const lines = (!last && text.endsWith('\r') ? text.slice(0, -1) : text).split('\r')
    if (last && lines.at(-1) === '') lines.pop()
    for (const line of lines) yield { number: ++number, text: line }
  }
}

/** The bytes between newlines; the last piece is not followed by one and may be empty. */
async function* newlineEnded(
  stream: AsyncIterable<unknown>,
  what: string,
): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  const pending: Buffer[] = []
  let pendingBytes = 0
  for await (const block of stream) {
    if (!Buffer.isBuffer(block)) continue
    let start = 0
    for (let end = block.indexOf(0x0a); end >= 0; end = block.indexOf(0x0a, start)) {
      pending.push(block.subarray(start, end))
      yield { bytes: Buffer.concat(pending), last: false }
      pending.length = 0
      pendingBytes = 0
      start = end + 1
    }
    pending.push(block.subarray(start))
    pendingBytes += block.length - start
    if (pendingBytes > MOST_ROW_BYTES) throw tooLong(what, 'a line')
  }
  yield { bytes: Buffer.concat(pending), last: true }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The first bytes of compressed files; none of them is UTF-8. */
const COMPRESSED: Readonly<Record<string, string>> = { '1f8b': 'gzip', '28b5': 'zstd', fd37: 'xz' }

function decodeLine(bytes: Uint8Array, path: string, number: number): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    const form = number === 1 ? COMPRESSED[Buffer.from(bytes.subarray(0, 2)).toString('hex')] : undefined
    const failure =
      form === undefined
        ? {
            code: 'data.not-utf8',
            message: `${path}, line ${String(number)}: it holds bytes that are not UTF-8`,
            remedy: 'Save the file as UTF-8.',
          }
        : {
            code: 'data.compressed',
            message: `${path}: the file is compressed (${form})`,
            remedy: 'Decompress it, and name the file that comes of it.',
          }
    throw new MidbenchError(failure, { cause })
  }
}

/** Refuses a line or an item that would fill the memory. */
export function tooLong(what: string, part: string): MidbenchError {
  return new MidbenchError({
    code: 'data.too-long',
    message: `${what}: ${part} has more than ${byteSize(MOST_ROW_BYTES)}, which no conversation has`,
    remedy: 'Put each conversation on a line of its own, or all of them in one JSON list.',
  })
}

/**
 * The lines of a UTF-8 text file as Python's `open(path, encoding='utf-8')` gives them: ended by `\n`, `\r\n` or `\r`,
 * and an invalid byte is an error, never a replacement. Streams; memory is one line and one block.
 */
import { createReadStream } from 'node:fs'
import { MidbenchError } from '../../errors'
import { requireFileItself } from '../../files/regular-file'
import type { TextLine } from './text'

const BLOCK = 1 << 20

/**
 * @throws MidbenchError `data.not-utf8` with the line's number, `data.compressed`, `file.*` for what is no file or a Git LFS
 *   pointer; the file system's error when the file cannot be read.
 */
export async function* textLines(path: string, signal?: AbortSignal): AsyncGenerator<TextLine> {
  await requireFileItself(path)
  yield* streamLines(createReadStream(path, { highWaterMark: BLOCK, signal }), path)
}

/** The same for a stream of bytes; `what` is its name for messages. */
export async function* streamLines(stream: AsyncIterable<unknown>, what: string): AsyncGenerator<TextLine> {
  let number = 0
  for await (const { bytes, last } of newlineEnded(stream)) {
    const text = decodeLine(bytes, what, number + 1)
    // Before \n one \r is part of the line's end; any other \r ends a line itself.
    const lines = (!last && text.endsWith('\r') ? text.slice(0, -1) : text).split('\r')
    if (last && lines.at(-1) === '') lines.pop()
    for (const line of lines) yield { number: ++number, text: line }
  }
}

/** The bytes between newlines; the last piece has none after it and may be empty. */
async function* newlineEnded(
  stream: AsyncIterable<unknown>,
): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  const pending: Buffer[] = []
  for await (const block of stream) {
    if (!Buffer.isBuffer(block)) continue
    let start = 0
    for (let end = block.indexOf(0x0a); end >= 0; end = block.indexOf(0x0a, start)) {
      pending.push(block.subarray(start, end))
      yield { bytes: Buffer.concat(pending), last: false }
      pending.length = 0
      start = end + 1
    }
    pending.push(block.subarray(start))
  }
  yield { bytes: Buffer.concat(pending), last: true }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What compressed files begin with; none of it is UTF-8. */
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

/**
 * Reads a text file whole: configs, meta files, lists of a project. It must be a regular file of moderate size in
 * UTF-8; a byte order mark, which editors put before the text, is dropped.
 */
import { readFile, stat } from 'node:fs/promises'

import { byteSize } from '../byte-size'
import { MidbenchError } from '../errors'
import { requireContents } from './regular-file'

/** Far more than any config or meta file, far less than a process can hold. */
const MOST_BYTES = 64 * 2 ** 20

/**
 * @throws MidbenchError `file.*` where it is no regular file, is empty, too large, a Git LFS pointer or not in UTF-8;
 * the file system's error where it cannot be read
 */
export async function readTextFile(path: string): Promise<string> {
  await requireContents(path)
  const { size } = await stat(path)
  if (size > MOST_BYTES) {
    throw new MidbenchError({
      code: 'file.too-large',
      message: `${path} has ${byteSize(size)}; no more than ${byteSize(MOST_BYTES)} are read.`,
      remedy: 'Name the right file.',
    })
  }
  return decodeText(await readFile(path), path)
}

/** The text of a file's bytes. @throws MidbenchError `file.not-utf8` */
export function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes) // drops a byte order mark
  } catch (cause) {
    const is = isUtf16(bytes) ? 'is UTF-16' : 'holds bytes that are not UTF-8'
    const message = `${path} ${is}.`
    throw new MidbenchError({ code: 'file.not-utf8', message, remedy: 'Save it as UTF-8.' }, { cause })
  }
}

function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
}

/** Reads a given stretch of an open file: all of it, or nothing. */
import { openSync, readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { codeOf } from '../system-error'
import { Damage } from './checksum'

/** Opens a file of the cache. @returns undefined where there is no readable file */
export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** One read system call takes at most 2 GiB. */
const MOST_BYTES = 1 << 30

/** The bytes from a position on; undefined where the file ends too early. @throws the file system's error */
export async function readAt(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const chunk = Math.min(length - done, MOST_BYTES)
    const { bytesRead } = await file.read(bytes, done, chunk, position + done)
    if (bytesRead === 0) return undefined
    done += bytesRead
  }
  return bytes
}

/**
 * Fills `bytes` from a position of a file of the cache; blocks for microseconds.
 *
 * @throws Damage where the file ends too early, or reading fails
 */
export function readExactly<Bytes extends Uint8Array>(
  file: number,
  into: Bytes,
  position: number,
  path: string,
): Bytes {
  for (let done = 0; done < into.length;) {
    const count = readSome(file, into, done, position, path)
    if (count === 0) throw new Damage(path, 'it is cut')
    done += count
  }
  return into
}

function readSome(file: number, into: Uint8Array, done: number, position: number, path: string): number {
  try {
    return readSync(file, into, done, into.length - done, position + done)
  } catch (error) {
    if (codeOf(error) === 'EIO') throw new Damage(path, 'the disk cannot read it')
    throw error
  }
}

/** Reads a given stretch of an open file, all of it or not at all; blocks for the microseconds that a cached read takes. */
import { openSync, readSync } from 'node:fs'
import { Damage } from './checksum'

/** Opens a file of the cache. @returns undefined where there is none that may be read */
export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** Fills bytes with what lies in a file from a position on. @throws Damage where the file ends before, or fails */
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
    if (error instanceof Error && 'code' in error && error.code === 'EIO') {
      throw new Damage(path, 'the disk cannot read it')
    }
    throw error
  }
}

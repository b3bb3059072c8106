/**
 * Faults of a mixture's entry: each names the entry's key (`filepath`, `data_files`, `word_list`), and says what is
 * wrong with the file that the key names.
 */
import { MidbenchError, type Failure } from '../errors'
import { writeReason } from '../files/write-reason'
import { codeOf } from '../system-error'

/** A fault in the file that an entry's key names. */
export function entryFault(
  key: string,
  fault: { code: string; message: string; remedy?: string | undefined; cause?: unknown },
): MidbenchError {
  const { cause, ...failure } = fault
  return new MidbenchError({ ...failure, issues: [{ path: key, message: fault.message }] }, { cause })
}

/**
 * Runs `read`, which reads the file that an entry's key names; a missing or unreadable file, and any failure that names
 * no key, become a fault of that key.
 */
export async function forKey<T>(key: string, path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof MidbenchError) {
      if (cause.issues !== undefined) throw cause
      throw entryFault(key, { ...cause.toFailure(), cause })
    }
    const code = codeOf(cause)
    if (!/^E[A-Z]+$/.test(code)) throw cause
    if (NO_ROOM.includes(code)) throw entryFault(key, { ...noRoom(path, cause), cause })
    throw entryFault(key, {
      code: code === 'ENOENT' ? 'data.missing' : 'data.unreadable',
      message: `${path}: ${FILE_FAULTS[code] ?? `the file cannot be read (${code})`}`,
      remedy: 'Correct the path, or put the file there. Paths are relative to the config file.',
      cause,
    })
  }
}

/** These errors come only from writing: the data made from the file is kept in the cache. */
const NO_ROOM: readonly string[] = ['ENOSPC', 'EDQUOT', 'EROFS']

function noRoom(path: string, cause: unknown): Failure {
  return {
    code: 'disk.full',
    message: `${path}: what is made of it cannot be kept in the cache, since ${writeReason(cause)}`,
    remedy:
      'Make room on the disk of the cache, which Settings names, or set MIDBENCH_CACHE to another folder.',
  }
}

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
}

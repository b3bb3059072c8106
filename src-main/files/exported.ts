/**
 * Writes what a person takes out of Midbench to where they chose: whole, or not at all. A refusal by the disk becomes
 * one error that says what is the matter and what to do.
 */
import { MidbenchError } from '../errors'
import { makeFile } from './durable'
import type { Fill } from './sink'
import { writeReason } from './write-reason'

/**
 * Makes or replaces a file.
 *
 * @throws MidbenchError `export.unwritable`; what `content` throws, where it is a function
 */
export async function writeExport(path: string, content: Uint8Array | string | Fill): Promise<void> {
  await exporting(path, () => makeFile(path, content))
}

/** Runs work that writes to a path. @throws MidbenchError `export.unwritable`; any other failure unchanged */
export async function exporting<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    throw new MidbenchError(
      {
        code: 'export.unwritable',
        message: `${path} could not be written: ${writeReason(cause)}. Nothing half written is left.`,
        remedy: 'Make room there, or choose another place.',
      },
      { cause },
    )
  }
}

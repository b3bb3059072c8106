/** Writes a file where a person chose, with the ending that it should have. */
import { extname } from 'node:path'

import { makeFile } from '../files/durable'
import { MidbenchError } from '../errors'

/**
 * @param ending the ending without its dot; the file gets it whatever name was typed
 * @returns the path that was written
 * @throws MidbenchError `export.unwritable`
 */
export async function exportFile(
  chosen: string,
  ending: string,
  content: Uint8Array | string,
): Promise<{ path: string }> {
  const path = extname(chosen).toLowerCase() === `.${ending}` ? chosen : `${chosen}.${ending}`
  try {
    await makeFile(path, content)
    return { path }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MidbenchError(
      {
        code: 'export.unwritable',
        message: `${path} cannot be written: ${reason}.`,
        remedy: 'Choose another place.',
      },
      { cause },
    )
  }
}

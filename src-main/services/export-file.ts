/** Writes a file where a person chose, with the ending that it should have. */
import { extname } from 'node:path'

import { writeExport } from '../files/exported'
import type { Fill } from '../files/sink'

/**
 * @param ending the ending without its dot; the file gets it whatever name was typed
 * @returns the path that was written
 * @throws MidbenchError `export.unwritable`; what `content` throws, where it is a function
 */
export async function exportFile(
  chosen: string,
  ending: string,
  content: Uint8Array | string | Fill,
): Promise<{ path: string }> {
  const path = extname(chosen).toLowerCase() === `.${ending}` ? chosen : `${chosen}.${ending}`
  await writeExport(path, content)
  return { path }
}

/**
 * Which version of a file a partial download belongs to: the ETag of the answer that it came in, kept beside it in
 * `.midbench.etag`. Where no checksum is known, only this tells a later process whether the rest may be asked for: the
 * server gets it as If-Range, and sends the whole file where it now has another version.
 */
import { readFile, rm } from 'node:fs/promises'
import { makeFile } from '../../files/durable'

function versionPath(target: string): string {
  return `${target}.midbench.etag`
}

/** The version that has partly arrived; undefined where none was kept. */
export async function partVersion(target: string): Promise<string | undefined> {
  const text = await readFile(versionPath(target), 'utf8').catch(() => '')
  return text === '' ? undefined : text
}

export async function keepPartVersion(target: string, etag: string): Promise<void> {
  await makeFile(versionPath(target), etag)
}

export async function forgetPartVersion(target: string): Promise<void> {
  await rm(versionPath(target), { force: true })
}

/** An answer's ETag where equal ones promise equal bytes: a weak one (`W/…`) does not. */
export function strongEtag({ headers }: Response): string | undefined {
  const etag = headers.get('etag')
  return etag === null || etag.startsWith('W/') ? undefined : etag
}

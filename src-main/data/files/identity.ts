/**
 * A file's identity: the SHA-256 of its bytes. Whatever is made from a file is stored under this name, so a changed
 * file never gets what was made from the old one, and a moved or copied file finds it again. Hashing takes about 1 s a
 * GB, so the result is remembered for as long as the file's inode, size and both its times stay the same; programs
 * cannot set the inode's change time back. The remembered hash has a checksum: if it is damaged, that is reported and
 * the file is hashed again.
 */
import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { checksum, Damage, warnOfDamage, type OnDamage } from '../../files/checksum'
import { requireRegularFile } from '../../files/regular-file'
import { makeFile } from '../../files/durable'
import { hashFile } from '../../files/sha256'

/** A file that changed this recently could change again without a change of its times; its hash is not remembered. */
const SETTLED_MS = 2000

const remembered = z.object({ stamp: z.string(), sha256: z.string(), sum: z.int() })

interface IdentityOptions {
  signal?: AbortSignal | undefined
  onDamage?: OnDamage
  /** Called with the bytes hashed so far, where the hash is not known yet. */
  onBytes?: (read: number) => void
}

/** Identities without checksums, from before 29 November 2026, lie in `identities`. */
const IDENTITIES_FOLDER = 'identities-2'

/**
 * The SHA-256 of a file's bytes, in hex.
 * @param cacheDir where hashes are remembered.
 * @throws MidbenchError `file.not-regular`; the file system's error when the file cannot be read.
 */
export async function fileIdentity(
  path: string,
  cacheDir: string,
  { signal, onDamage = warnOfDamage, onBytes }: IdentityOptions = {},
): Promise<string> {
  await requireRegularFile(path)
  const real = await realpath(path)
  const memo = join(cacheDir, IDENTITIES_FOLDER, `${createHash('sha256').update(real).digest('hex')}.json`)
  const stamp = await stampOf(real)
  const known = await recall(memo, onDamage)
  if (known?.stamp === stamp.text) return known.sha256
  const sha256 = await hashFile(real, { signal, onBytes })
  const settled = Date.now() - stamp.changedMs > SETTLED_MS && (await stampOf(real)).text === stamp.text
  if (settled) {
    const sum = sumOf(stamp.text, sha256)
    await makeFile(memo, JSON.stringify({ stamp: stamp.text, sha256, sum }))
  }
  return sha256
}

async function stampOf(path: string): Promise<{ text: string; changedMs: number }> {
  const found = await stat(path, { bigint: true })
  const text = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ')
  return { text, changedMs: Number(found.ctimeMs) }
}

async function recall(memo: string, onDamage: OnDamage): Promise<z.infer<typeof remembered> | undefined> {
  const text = await readFile(memo, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const found = remembered.parse(JSON.parse(text))
    if (found.sum === sumOf(found.stamp, found.sha256)) return found
  } catch {
    // damaged, as below
  }
  onDamage(new Damage(memo, 'what it remembers of a file does not fit its checksum').toNotice())
  return undefined
}

function sumOf(stamp: string, sha256: string): number {
  return checksum(new TextEncoder().encode(`${stamp}\n${sha256}`))
}

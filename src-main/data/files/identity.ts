/**
 * What a file is: the SHA-256 of its bytes. Whatever is made from a file is kept under this name, so a changed file
 * never meets what was made from the old one, and a moved or copied file finds it. Hashing costs about 1 s a GB, so the
 * result is remembered for as long as the file's inode, size and both its times stay the same; the inode's change time
 * cannot be set back by a program.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFile } from './durable'

/** A file changed this recently could change again without its times showing it; its hash is not remembered. */
const SETTLED_MS = 2000

const remembered = z.object({ stamp: z.string(), sha256: z.string() })

/**
 * The SHA-256 of a file's bytes, in hex.
 * @param cacheDir where hashes are remembered.
 * @throws the file system's error when the file cannot be read.
 */
export async function fileIdentity(path: string, cacheDir: string, signal?: AbortSignal): Promise<string> {
  const real = await realpath(path)
  const memo = join(cacheDir, 'identities', `${createHash('sha256').update(real).digest('hex')}.json`)
  const stamp = await stampOf(real)
  const known = await recall(memo)
  if (known?.stamp === stamp.text) return known.sha256
  const sha256 = await hashFile(real, signal)
  const settled = Date.now() - stamp.changedMs > SETTLED_MS && (await stampOf(real)).text === stamp.text
  if (settled) await makeFile(memo, JSON.stringify({ stamp: stamp.text, sha256 }))
  return sha256
}

async function stampOf(path: string): Promise<{ text: string; changedMs: number }> {
  const found = await stat(path, { bigint: true })
  const text = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ')
  return { text, changedMs: Number(found.ctimeMs) }
}

async function recall(memo: string): Promise<z.infer<typeof remembered> | undefined> {
  try {
    return remembered.parse(JSON.parse(await readFile(memo, 'utf8')))
  } catch {
    return undefined
  }
}

async function hashFile(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  const stream = createReadStream(path, { highWaterMark: 1 << 20, signal })
  for await (const chunk of stream) if (chunk instanceof Uint8Array) hash.update(chunk)
  return hash.digest('hex')
}

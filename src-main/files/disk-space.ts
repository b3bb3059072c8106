/** Whether what is to be written will fit on the disk. */
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { byteSize } from '../byte-size'
import { MidbenchError } from '../errors'
import { exists } from './durable'

/** Left free for everything else on the machine. */
const MARGIN = 512 * 2 ** 20

/** @throws MidbenchError `disk.full` when the disk of `dir`, which may not exist yet, has no room for so many bytes. */
export async function requireSpace(dir: string, bytes: number, what: string): Promise<void> {
  const { there, free } = await spaceAt(dir)
  if (free >= bytes + MARGIN) return
  throw new MidbenchError({
    code: 'disk.full',
    message: `${what} takes ${byteSize(bytes)} on the disk of ${there}, where ${byteSize(free)} are free and ${byteSize(MARGIN)} are left to the rest of the machine`,
    remedy: 'Make room, or name another folder (HF_HOME for the hub, MIDBENCH_CACHE for decoded rows).',
  })
}

/** Bytes free on the disk of a folder, which may not exist yet. @throws where the system does not say */
export async function freeSpace(dir: string): Promise<number> {
  return (await spaceAt(dir)).free
}

/** The same, or null. */
export function freeSpaceIfKnown(dir: string): Promise<number | null> {
  return freeSpace(dir).catch(() => null)
}

async function spaceAt(dir: string): Promise<{ there: string; free: number }> {
  let there = dir
  while (!(await exists(there)) && dirname(there) !== there) there = dirname(there)
  const { bavail, bsize } = await statfs(there)
  return { there, free: bavail * bsize }
}

/** Checks whether what is to be written will fit on the disk. */
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { byteSize } from '../byte-size'
import { MidbenchError } from '../errors'
import { exists } from './durable'

/** Bytes left free for everything else on the machine. */
const MARGIN = 512 * 2 ** 20

/**
 * @param dir may not exist yet
 * @param what is to be written, for the message
 * @param margin bytes that must be left free beside it
 * @throws MidbenchError `disk.full` where the disk has no room for so many bytes
 */
export async function requireSpace(dir: string, bytes: number, what: string, margin = MARGIN): Promise<void> {
  const { there, free } = await spaceAt(dir)
  if (free >= bytes + margin) return
  const left = margin === 0 ? '' : ` and ${byteSize(margin)} are left to the rest of the machine`
  throw new MidbenchError({
    code: 'disk.full',
    message: `${what} takes ${byteSize(bytes)} on the disk of ${there}, where ${byteSize(free)} are free${left}`,
    remedy: 'Make room, or name another folder (HF_HOME for the hub, MIDBENCH_CACHE for everything else).',
  })
}

/** Free bytes on the disk of a folder, which may not exist yet. @throws where the system does not say */
export async function freeSpace(dir: string): Promise<number> {
  return (await spaceAt(dir)).free
}

/** As {@link freeSpace}, or null where the system does not say. */
export function freeSpaceIfKnown(dir: string): Promise<number | null> {
  return freeSpace(dir).catch(() => null)
}

async function spaceAt(dir: string): Promise<{ there: string; free: number }> {
  let there = dir
  while (!(await exists(there)) && dirname(there) !== there) there = dirname(there)
  const { bavail, bsize } = await statfs(there)
  return { there, free: bavail * bsize }
}

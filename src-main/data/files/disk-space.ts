/** Whether what is to be written will fit on the disk. */
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MidbenchError } from '../../errors'
import { exists } from './durable'

/** Left free for everything else on the machine. */
const MARGIN = 500e6

/** @throws MidbenchError `disk.full` when the disk of `dir`, which may not exist yet, has no room for so many bytes. */
export async function requireSpace(dir: string, bytes: number, what: string): Promise<void> {
  const { there, free } = await spaceAt(dir)
  if (free >= bytes + MARGIN) return
  throw new MidbenchError({
    code: 'disk.full',
    message: `${what} takes ${amount(bytes)} on the disk of ${there}, where ${amount(free)} are free and ${amount(MARGIN)} are left to the rest of the machine`,
    remedy: 'Make room, or name another folder (HF_HOME for the hub, MIDBENCH_CACHE for decoded rows).',
  })
}

/** Bytes free on the disk of a folder, which may not exist yet. */
export async function freeSpace(dir: string): Promise<number> {
  return (await spaceAt(dir)).free
}

async function spaceAt(dir: string): Promise<{ there: string; free: number }> {
  let there = dir
  while (!(await exists(there)) && dirname(there) !== there) there = dirname(there)
  const { bavail, bsize } = await statfs(there)
  return { there, free: bavail * bsize }
}

function amount(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
}

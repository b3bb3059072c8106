/**
 * Unfinished files and folders have a name of their own beside their target, `TARGET.part-OWNER-RANDOM`, which tells
 * which thread of which process is making them. What a killed process left is removed as soon as another process looks:
 * the kernel tells that its owner is gone. What was left on another machine, or before this machine's last start, is
 * removed after a day without a change. Nothing else is touched.
 */
import { randomBytes } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, OWNER_TAG, ownerTag, parseOwnerTag, thisThread } from './process-identity'

const BESIDE = new RegExp(`\\.part-(${OWNER_TAG})-[0-9a-f]{12}$`)
/** Names that versions before 29 November 2026 used, which do not tell the owner for certain. */
const FORMER = [
  /\.part-\d+-[0-9a-f]{12}$/,
  /^(model|meta|optim)_\d{6}(_rank\d+)?\.(pt|json)\.tmp$/,
  /-[0-9a-f]{8}\.tmp-[A-Za-z0-9]{6}$/,
  /^\.\d{4}-\d\d-\d\d-\d{6}-[0-9a-f]{4}\.tmp$/,
  /\.partial-\d+$/,
]
const STALE_MS = 24 * 3600 * 1000

/** A name beside a target for something unfinished; names of two threads of one process differ too. */
export function besideName(target: string): string {
  return `${target}.part-${ownerTag(thisThread())}-${randomBytes(6).toString('hex')}`
}

/** Removes unfinished leftovers from a folder; a folder that is missing or allows no change is left alone. */
export async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch((): string[] => [])) {
    if (!(await isLeftOver(join(dir, name), name))) continue
    await rm(join(dir, name), { recursive: true, force: true }).catch(() => undefined) // a leftover is only in the way
  }
}

async function isLeftOver(path: string, name: string): Promise<boolean> {
  const tag = BESIDE.exec(name)?.[1]
  const owner = tag === undefined ? undefined : parseOwnerTag(tag)
  if (owner === undefined && !FORMER.some((pattern) => pattern.test(name))) return false
  const alive = owner && isAlive(owner)
  if (alive !== undefined) return !alive
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS
}

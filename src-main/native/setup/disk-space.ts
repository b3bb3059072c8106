/** Refuses early where a disk has no room, so that nothing is half-written when it fills up. */
import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'

import { MidbenchError } from '../../errors'
import { megabytes } from './report'

/** Free bytes for an ordinary user on the disk that holds a path, or will hold it. */
export function freeBytes(path: string): number {
  let existing = path
  while (!existsSync(existing)) existing = dirname(existing)
  const { bavail, bsize } = statfsSync(existing)
  return bavail * bsize
}

/**
 * @throws MidbenchError `disk.full` where fewer than `bytes` are free for `what`
 */
export function requireSpace(path: string, bytes: number, what: string, free = freeBytes(path)): void {
  if (free >= bytes) return
  throw new MidbenchError({
    code: 'disk.full',
    message: `${what} needs ${megabytes(bytes)} MB in ${path}, where ${megabytes(free)} MB are free.`,
    remedy: 'Free some space, or set MIDBENCH_CACHE to a folder on a larger disk.',
  })
}

/**
 * A lock between processes and threads, also of several machines that share a disk. It is never held by two, and never
 * lost when the clock is set: no time is compared with the clock's.
 *
 * A lock is a folder of claims. A claim is an empty file whose name tells its owner. A thread that wants the lock makes
 * its own claim and only then looks for others: of two that come at the same time, at least one sees the other and
 * withdraws. A claim's name is never used again, so removing the claim of an owner that is gone cannot hit another's.
 * The kernel tells whether an owner is gone; an owner on another machine touches its claim every few seconds, and
 * counts as gone when the claim has not changed for a minute of this machine's own running time.
 */
import { randomBytes } from 'node:crypto'
import { readdir, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ensureFolder } from './ensure-folder'
import { codeOf } from '../system-error'
import { isAlive, OWNER_TAG, ownerTag, parseOwnerTag, thisThread } from './process-identity'

const TOUCH_MS = 5000
const UNTOUCHED_MS = 60_000
/**
 * The shortest time between two looks; the longest is twice that, at random, so that two that withdrew do not meet for
 * ever.
 */
const LOOK_MS = 100

const CLAIM = new RegExp(`^(${OWNER_TAG})-[0-9a-f]{12}$`)

export interface HoldOptions {
  /** Stops the waiting; work already under the lock continues. */
  signal?: AbortSignal | undefined
  /** Called once, when another holds the lock for longer than two that came together need to part. */
  onWait?: () => void
}

/**
 * Runs `work` while holding the lock of a path; a folder exists at that path for that long.
 * @throws the signal's reason while it waits; what `work` throws
 */
export async function holding<T>(
  path: string,
  { signal, onWait }: HoldOptions,
  work: () => Promise<T>,
): Promise<T> {
  const claims = new Claims(path)
  for (let looks = 1; !(await claims.take()); looks++) {
    if (looks === 2) onWait?.() // at the first look, two may have made each other withdraw, and nobody holds the lock
    await setTimeout(LOOK_MS * (1 + Math.random()), undefined, { signal })
  }
  const touching = setInterval(() => void claims.touch(), TOUCH_MS)
  try {
    return await work()
  } finally {
    clearInterval(touching)
    await claims.withdraw()
  }
}

/** The claims of one lock, as a thread that wants it sees them. */
class Claims {
  private readonly mine = `${ownerTag(thisThread())}-${randomBytes(6).toString('hex')}`
  /** Claims whose owners this machine cannot look up: when each was last seen to change, and its stamp then. */
  private readonly watched = new Map<string, { stamp: string; since: number }>()

  constructor(private readonly dir: string) {}

  /** Whether the lock is now ours. */
  async take(): Promise<boolean> {
    if (await this.heldByAnother()) return false
    await this.claim()
    if (!(await this.heldByAnother())) return true
    await this.withdraw()
    return false
  }

  async touch(): Promise<void> {
    const now = new Date()
    await utimes(join(this.dir, this.mine), now, now).catch(() => undefined) // gone with its folder: nothing to lock
  }

  async withdraw(): Promise<void> {
    await rm(join(this.dir, this.mine), { force: true })
    await rmdir(this.dir).catch(() => undefined) // others have claims there
  }

  private async claim(): Promise<void> {
    for (;;) {
      await ensureFolder(this.dir)
      try {
        await writeFile(join(this.dir, this.mine), '', { flag: 'wx' })
        return
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error // the last holder removed the folder in between
      }
    }
  }

  /** Whether another's claim remains; claims of owners that are gone are removed. */
  private async heldByAnother(): Promise<boolean> {
    let held = false
    for (const path of await this.others()) {
      if (await this.stands(path)) held = true
      else await rm(path, { force: true })
    }
    return held
  }

  /** The claims of others; the path itself, where an earlier version made its lock a file. */
  private async others(): Promise<string[]> {
    try {
      const names = await readdir(this.dir)
      return names
        .filter((name) => CLAIM.test(name) && name !== this.mine)
        .map((name) => join(this.dir, name))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      if (codeOf(error) === 'ENOTDIR') return [this.dir]
      throw error
    }
  }

  private async stands(path: string): Promise<boolean> {
    const owner = parseOwnerTag(CLAIM.exec(basename(path))?.[1] ?? '')
    return (owner && isAlive(owner)) ?? this.changed(path)
  }

  /** Whether a claim has changed within the last minute spent waiting for it. */
  private async changed(path: string): Promise<boolean> {
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    if (found === undefined) return false
    const stamp = `${String(found.ino)} ${String(found.mtimeNs)}`
    const before = this.watched.get(path)
    const now = performance.now()
    if (before?.stamp === stamp) return now - before.since <= UNTOUCHED_MS
    this.watched.set(path, { stamp, since: now })
    return true
  }
}

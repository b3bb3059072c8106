/**
 * One holder of a run's folder, in this process or any other: `run.lock` in it, locked as SQLite locks its files.
 *
 * The kernel holds the lock and takes it back when the process ends, however it ends. So nothing is left behind to be
 * judged by its age, and no two can have it, whatever clocks and process ids say. The file is empty and stays: where it
 * was removed while held, the next to come would lock another one of the same name.
 */
import Database from 'libsql'
import { statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

import { codeOf } from '../system-error'

export const LOCK_FILE = 'run.lock'

/** Names of SQLite for a file that another connection has locked. */
const HELD = ['SQLITE_BUSY', 'SQLITE_LOCKED']

export class FolderHold {
  private held = true

  private constructor(private readonly db: Database.Database) {}

  /**
   * Takes a folder, which must be there; never waits.
   *
   * @returns null where it is held already
   * @throws what the system says where no file can be made there
   */
  static take(dir: string): FolderHold | null {
    const file = join(dir, LOCK_FILE)
    // What is in it would be read as a database. Emptied in place, it stays locked for whoever has it.
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) truncateSync(file)
    const db = new Database(file)
    try {
      // A journal in memory: nothing is written, and no second file is made.
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      return new FolderHold(db)
    } catch (error) {
      db.close()
      if (HELD.includes(codeOf(error))) return null
      throw error
    }
  }

  release(): void {
    if (!this.held) return
    this.held = false
    this.db.exec('ROLLBACK')
    this.db.close()
  }
}

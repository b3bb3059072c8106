/**
 * Lets only one holder have a run's folder, in this process or any other: the folder's `run.lock` is locked as SQLite
 * locks its files.
 *
 * The kernel holds the lock and frees it when the process ends, however it ends. So no stale lock has to be judged by
 * its age, and no two processes can have it, whatever clocks and process ids say. The file is empty and stays: if it
 * were removed while held, the next process would lock another file of the same name.
 */
import Database from 'libsql'
import { statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

import { codeOf } from '../system-error'

export const LOCK_FILE = 'run.lock'

/** SQLite's error codes for a file that another connection has locked. */
const HELD = ['SQLITE_BUSY', 'SQLITE_LOCKED']

export class FolderHold {
  private held = true

  private constructor(private readonly db: Database.Database) {}

  /**
   * Takes an existing folder; never waits.
   *
   * @returns null where it is held already
   * @throws the system's error where no file can be made there
   */
  static take(dir: string): FolderHold | null {
    const file = join(dir, LOCK_FILE)
    // SQLite would read any content as a database. Emptied in place, the file stays locked for whoever holds it.
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) truncateSync(file)
    const db = new Database(file)
    try {
      // With its journal in memory, SQLite writes nothing and makes no second file.
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

/**
 * Opens the run store's SQLite file and brings its tables up to date.
 *
 * The file uses WAL, so that the window can read while a run writes and several processes (the app, the command line)
 * share one file; a writer waits up to five seconds for another. What is committed survives a killed process; what is
 * committed through {@link durably} survives a power cut as well, and costs one fsync.
 */
import Database from 'libsql'
import { dirname } from 'node:path'

import { isSeveral } from '../config/figures/figure.schema'
import { FIGURE_ROWS } from '../config/step-figures.schema'
import { ensureFolderSync } from '../files/ensure-folder'
import { MidbenchError } from '../errors'
import { codeOf, reasonOf } from '../system-error'

/**
 * One entry a version, applied in order. A released entry is never changed; new ones are added at the end. A new
 * figure's column needs no entry: see {@link missingFigures}.
 */
const migrations: readonly string[] = [
  `CREATE TABLE runs (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     state TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     step INTEGER NOT NULL,
     total_steps INTEGER,
     progress REAL NOT NULL,
     last_loss REAL,
     best_val_bpb REAL,
     tok_per_sec REAL,
     training_time_s REAL NOT NULL,
     device TEXT NOT NULL,
     dir TEXT NOT NULL,
     checkpoints TEXT NOT NULL,
     error TEXT,
     config TEXT NOT NULL,
     config_path TEXT,
     differences TEXT NOT NULL,
     model TEXT,
     owner_pid INTEGER,
     owner_started_at INTEGER
   );
   CREATE TABLE steps (
     run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
     step INTEGER NOT NULL,
     loss REAL,
     loss_last_micro REAL,
     loss_ema REAL,
     lrm REAL NOT NULL,
     momentum REAL NOT NULL,
     dt_ms REAL NOT NULL,
     data_wait_ms REAL NOT NULL,
     tok_per_sec REAL NOT NULL,
     mfu REAL,
     epoch INTEGER NOT NULL,
     progress REAL NOT NULL,
     training_time_s REAL NOT NULL,
     first_batch INTEGER NOT NULL,
     PRIMARY KEY (run_id, step)
   ) WITHOUT ROWID;
   CREATE TABLE evals (
     run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
     step INTEGER NOT NULL,
     val_bpb REAL,
     seconds REAL NOT NULL,
     PRIMARY KEY (run_id, step)
   ) WITHOUT ROWID;
   CREATE TABLE log (
     id INTEGER PRIMARY KEY,
     run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
     at INTEGER NOT NULL,
     level TEXT NOT NULL,
     text TEXT NOT NULL
   );
   CREATE INDEX log_of_run ON log (run_id, id);`,
  `ALTER TABLE evals ADD COLUMN per_task TEXT;`,
  `ALTER TABLE steps ADD COLUMN grad_norm REAL;`,
  `ALTER TABLE runs ADD COLUMN removed_at INTEGER;`,
  `ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
   ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
   ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;`,
  `CREATE TABLE samples (
     run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
     step INTEGER NOT NULL,
     seconds REAL NOT NULL,
     answers TEXT NOT NULL,
     PRIMARY KEY (run_id, step)
   ) WITHOUT ROWID;
   CREATE TABLE measures (
     run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
     step INTEGER NOT NULL,
     seconds REAL NOT NULL,
     tasks TEXT NOT NULL,
     chatcore REAL,
     chatcore_cat REAL,
     PRIMARY KEY (run_id, step)
   ) WITHOUT ROWID;`,
  `ALTER TABLE runs ADD COLUMN parent TEXT;`,
]

/**
 * Opens (or makes) the store's file.
 *
 * @throws MidbenchError `store.unreadable` where the file is not a database or cannot be written, `store.newer` where a
 * later Midbench wrote it.
 */
export function openDatabase(file: string): Database.Database {
  try {
    ensureFolderSync(dirname(file))
    const db = new Database(file)
    db.pragma('busy_timeout = 5000')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    migrate(db, file)
    return db
  } catch (error) {
    if (error instanceof MidbenchError) throw error
    throw new MidbenchError(
      {
        code: 'store.unreadable',
        message: `The run store ${file} cannot be opened: ${reasonOf(error)}.`,
        remedy:
          'Check that its folder can be written to; if the file is damaged, move it away and start again.',
      },
      { cause: error },
    )
  }
}

/**
 * Runs `work` as one transaction, taking the write lock at once so that it cannot fail half way for want of the lock.
 *
 * @throws MidbenchError `store.unwritable` where the file cannot be written; it is left as it was
 */
export function inTransaction<T>(db: Database.Database, work: () => T): T {
  try {
    db.exec('BEGIN IMMEDIATE')
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK') // a full disk has rolled back already
    throw unwritable(error, db)
  }
}

const REASONS: Record<string, string> = {
  SQLITE_FULL: 'the disk is full',
  SQLITE_IOERR: 'the disk does not answer as it should',
  SQLITE_READONLY: 'it may not be written',
  SQLITE_BUSY: 'another process holds it',
}

/** Turns a failure to write into `store.unwritable`, with an explanation; returns any other error as it is. */
function unwritable(error: unknown, db: Database.Database): unknown {
  const code = codeOf(error)
  const reason = Object.entries(REASONS).find(([name]) => code.startsWith(name))?.[1]
  if (reason === undefined) return error
  const entry = db.prepare('PRAGMA database_list').raw().get([])
  const file = Array.isArray(entry) ? String(entry[2]) : ''
  return new MidbenchError(
    {
      code: 'store.unwritable',
      message: `The run store ${file} cannot be written: ${reason}.`,
      remedy: 'See that there is room on that disk and that the file may be written, then try again.',
    },
    { cause: error },
  )
}

/** Like {@link inTransaction}, but when it returns, this and everything committed before is on disk. */
export function durably<T>(db: Database.Database, work: () => T): T {
  db.pragma('synchronous = FULL')
  try {
    return inTransaction(db, work)
  } finally {
    db.pragma('synchronous = NORMAL')
  }
}

function migrate(db: Database.Database, file: string): void {
  if (schemaVersion(db) === migrations.length && missingFigures(db).length === 0) return
  durably(db, () => {
    // Read again under the lock: another process may have migrated in between.
    const version = schemaVersion(db)
    if (version > migrations.length) {
      throw new MidbenchError({
        code: 'store.newer',
        message: `The run store ${file} has version ${version}; this Midbench knows versions up to ${migrations.length}.`,
        remedy: 'Use the newer Midbench, or set MIDBENCH_HOME to another folder.',
      })
    }
    for (const migration of migrations.slice(version)) db.exec(migration)
    for (const [key, { schema }] of missingFigures(db)) {
      db.exec(`ALTER TABLE steps ADD COLUMN ${key} ${isSeveral(schema) ? 'TEXT' : 'REAL'}`)
    }
    db.pragma(`user_version = ${migrations.length}`)
  })
}

/**
 * Figures of a step that the file has no column for yet. A new column needs no migration: it is NULL for existing
 * steps, and an older Midbench, which does not know it, writes its steps without it.
 */
function missingFigures(db: Database.Database): typeof FIGURE_ROWS {
  const columns = new Set(db.prepare("SELECT name FROM pragma_table_info('steps')").raw().all([]).flat())
  return FIGURE_ROWS.filter(([key]) => !columns.has(key))
}

function schemaVersion(db: Database.Database): number {
  const row = db.prepare('PRAGMA user_version').raw().get([])
  return Array.isArray(row) ? Number(row[0]) : 0
}

/** Runs work that fails where a file is whole but its tables are not the store's. @throws MidbenchError `store.form` */
export function otherForm<Result>(prepare: () => Result): Result {
  try {
    return prepare()
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new MidbenchError(
      {
        code: 'store.form',
        message: `The run store is not as this version keeps it: ${said}.`,
        remedy: 'Move runs.db out of the data folder: it is made again from the run folders.',
      },
      { cause },
    )
  }
}

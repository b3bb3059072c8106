/**
 * The run store: every run, its metrics and its log, in one SQLite file shared by the app and the command line.
 *
 * Guarantees: what a method wrote survives a kill of the process at any instant. Creating a run, changing its state and
 * recording a checkpoint reach the disk before they return, and so does every metric before them; a power cut may lose
 * metrics since then, but none before the last checkpoint. Costs: a batch of metrics some 0.1 ms, reading them 4 µs a
 * step.
 */
import type Database from 'libsql'
import { join } from 'node:path'

import { MidbenchError } from '../errors'
import { afterStep } from '../config/after-step'
import type { RunConfig } from '../config/config.schema'
import type { EvalMetric, LogLine, RunDetail, RunSummary, StepMetric } from '../config/run.schema'
import { otherForm, durably, inTransaction, openDatabase } from './store-database'
import {
  EVAL_COLUMNS,
  EVAL_SELECT,
  evalValues,
  LOG_COLUMNS,
  LOG_SELECT,
  STEP_COLUMNS,
  STEP_SELECT,
  newRunColumns,
  patchColumns,
  readConfig,
  readDetail,
  readEval,
  readLogLine,
  readNumber,
  readOwner,
  readStep,
  readSummary,
  stepValues,
  type NewRun,
  type RunOwner,
  type RunPatch,
  type SqlValue,
  type StoredConfig,
} from './store-rows'

export type { NewRun, RunOwner, RunPatch, StoredConfig } from './store-rows'

/** Number of points in a run's spark line. */
const SPARK_POINTS = 60
/** A run's speed is taken from its last steps: at least and at most so many. */
const [LEAST_TIMED, MOST_TIMED] = [3, 21]
/** States in which no process needs to hold the run. */
const AT_REST = ['stopped', 'interrupted', 'failed', 'done']

/** The store of a data folder: the one file that the app and the command line share. */
export function storeFile(dataDir: string): string {
  return join(dataDir, 'runs.db')
}

export class RunStore {
  private readonly statements = new Map<string, Database.Statement>()

  private constructor(private readonly db: Database.Database) {}

  /**
   * @param file the database; made, with its folder, when it is not there
   * @throws MidbenchError `store.unreadable`, `store.newer`
   */
  static open(file: string): RunStore {
    return new RunStore(openDatabase(file))
  }

  close(): void {
    this.statements.clear()
    this.db.close()
  }

  // -------------------------------------------------------------- runs

  /** @throws MidbenchError `run.exists` where the id is taken */
  create(run: NewRun): RunDetail {
    const columns = newRunColumns(run)
    durably(this.db, () => {
      if (this.has(run.id)) {
        throw new MidbenchError({ code: 'run.exists', message: `There is a run ${run.id} already.` })
      }
      this.insert('INSERT', 'runs', Object.keys(columns), Object.values(columns))
    })
    return this.detail(run.id)
  }

  /**
   * Changes the fields that the patch names. When it returns, the change and all metrics appended before are on disk.
   *
   * @throws MidbenchError `run.unknown`
   */
  update(id: string, patch: RunPatch): RunSummary {
    durably(this.db, () => this.set(id, patchColumns(patch)))
    return this.summary(id)
  }

  /**
   * Stores the options that a run goes on with. Where they split a step into more micro-batches, those of earlier steps
   * are recounted in the new size. The change is on disk when this returns.
   *
   * @throws MidbenchError `run.unknown`
   */
  setOptions(id: string, config: RunConfig): RunSummary {
    const finer = this.detail(id).config.device_batch_size / config.device_batch_size
    durably(this.db, () => {
      this.set(id, patchColumns({ config }))
      if (finer !== 1)
        this.run('UPDATE steps SET first_batch = first_batch * ? WHERE run_id = ?', [finer, id])
    })
    return this.summary(id)
  }

  /** @throws MidbenchError `run.unknown` */
  summary(id: string): RunSummary {
    return readSummary(this.row(id), () => this.spark(id))
  }

  /** @throws MidbenchError `run.unknown` */
  detail(id: string): RunDetail {
    return readDetail(this.row(id), () => this.spark(id))
  }

  /** The process that holds a run in memory; null where none does. @throws MidbenchError `run.unknown` */
  owner(id: string): RunOwner | null {
    return readOwner(this.row(id))
  }

  /** Whether there is such a run, removed or not. */
  has(id: string): boolean {
    return this.get('SELECT 1 FROM runs WHERE id = ?', [id]) !== undefined
  }

  /** Every run that was not removed, the newest first. */
  list(): RunSummary[] {
    const rows = this.prepare('SELECT * FROM runs WHERE removed_at IS NULL ORDER BY created_at DESC, id').all(
      [],
    )
    return rows.map((row) => readSummary(row, (id) => this.spark(id)))
  }

  /** Reads every run. @throws the error of the first one that cannot be read */
  requireReadable(): void {
    for (const row of this.prepare('SELECT * FROM runs').all([])) readDetail(row, () => [])
  }

  /** The options of the given runs that are in the store, read in one pass. */
  configs(ids: readonly string[]): StoredConfig[] {
    const sql = 'SELECT id, config FROM runs WHERE id IN (SELECT value FROM json_each(?))'
    return this.prepare(sql)
      .all([JSON.stringify(ids)])
      .map(readConfig)
  }

  /** Options and speed of at most `limit` of the newest runs that have made a few steps (the first compiles). */
  recentSpeeds(limit: number): { config: RunConfig; tokPerSec: number }[] {
    const sql = 'SELECT id, config FROM runs WHERE step >= ? ORDER BY created_at DESC LIMIT ?'
    const runs = this.prepare(sql).all([LEAST_TIMED, limit]).map(readConfig)
    return runs.map(({ id, config }) => ({ config, tokPerSec: this.medianSpeed(id) }))
  }

  /**
   * Hides a run from the list, or lists it again.
   *
   * @param at milliseconds since 1970; null = it is listed
   * @throws MidbenchError `run.unknown`
   */
  setRemoved(id: string, at: number | null): void {
    durably(this.db, () => {
      if (this.run('UPDATE runs SET removed_at = ? WHERE id = ?', [at, id]) === 0) throw unknownRun(id)
    })
  }

  /** Deletes a run from the store with its metrics and log; the caller deletes its folder. @throws `run.unknown` */
  remove(id: string): void {
    durably(this.db, () => {
      if (this.run('DELETE FROM runs WHERE id = ?', [id]) === 0) throw unknownRun(id)
    })
  }

  /**
   * Sets the runs whose process is gone to `interrupted`, so that no dead run seems to go on. A run that was paused
   * with a checkpoint at its step lost nothing and stays paused.
   *
   * @param isAlive whether the process of a run still runs
   * @returns the runs that changed
   */
  markInterrupted(isAlive: (pid: number, startedAt: number) => boolean): RunSummary[] {
    const changed = durably(this.db, () => {
      const rows = this.prepare('SELECT * FROM runs WHERE owner_pid IS NOT NULL').all([])
      return rows.flatMap((row) => {
        const owner = readOwner(row)
        if (owner && isAlive(owner.pid, owner.startedAt)) return []
        const run = readSummary(row, () => [])
        const saved = run.state === 'paused' && run.checkpoints.includes(run.step)
        const state = saved || AT_REST.includes(run.state) ? run.state : 'interrupted'
        this.set(run.id, patchColumns({ state, owner: null }))
        return state === run.state ? [] : [run.id]
      })
    })
    return changed.map((id) => this.summary(id))
  }

  // -------------------------------------------------------------- metrics

  /** Stores steps, in order, and updates the run's summary to the last of them. A step stored before is replaced. */
  appendSteps(id: string, steps: readonly StepMetric[]): void {
    const last = steps.at(-1)
    if (!last) return
    inTransaction(this.db, () => {
      this.set(id, afterStep(last))
      for (const step of steps) {
        this.insert('INSERT OR REPLACE', 'steps', ['run_id', ...STEP_COLUMNS], [id, ...stepValues(step)])
      }
    })
  }

  /** Stores evaluations, and the best of them as the run's `best_val_bpb`. */
  appendEvals(id: string, evals: readonly EvalMetric[]): void {
    inTransaction(this.db, () => {
      this.set(id, {})
      for (const each of evals) {
        this.insert('INSERT OR REPLACE', 'evals', ['run_id', ...EVAL_COLUMNS], [id, ...evalValues(each)])
      }
      this.set(id, { best_val_bpb: this.bestBpb(id) })
    })
  }

  appendLog(id: string, lines: readonly LogLine[]): void {
    inTransaction(this.db, () => {
      this.set(id, {})
      for (const line of lines) {
        this.insert('INSERT', 'log', ['run_id', ...LOG_COLUMNS], [id, line.at, line.level, line.text])
      }
    })
  }

  /**
   * Steps from `fromStep` on, ascending. A long history can be read in slices, so as not to hold the thread up.
   *
   * @param limit at most so many
   */
  steps(id: string, fromStep: number, limit = -1): StepMetric[] {
    const sql = `SELECT ${STEP_SELECT.join(', ')} FROM steps WHERE run_id = ? AND step >= ? ORDER BY step LIMIT ?`
    return this.prepare(sql, true).all([id, fromStep, limit]).map(readStep)
  }

  /** Evaluations from `fromStep` on, ascending. */
  evals(id: string, fromStep: number): EvalMetric[] {
    const sql = `SELECT ${EVAL_SELECT.join(', ')} FROM evals WHERE run_id = ? AND step >= ? ORDER BY step`
    return this.prepare(sql, true).all([id, fromStep]).map(readEval)
  }

  /** The last `last` lines of the log, the oldest of them first. */
  log(id: string, last: number): LogLine[] {
    const sql = `SELECT ${LOG_SELECT.join(', ')} FROM log WHERE run_id = ? ORDER BY id DESC LIMIT ?`
    return this.prepare(sql).all([id, last]).map(readLogLine).reverse()
  }

  /**
   * Deletes what came after a step and sets the run back to that step: a resume from a checkpoint does this first,
   * since it makes those steps again. The log keeps its lines.
   */
  truncateAfter(id: string, step: number): void {
    durably(this.db, () => {
      this.run('DELETE FROM steps WHERE run_id = ? AND step > ?', [id, step])
      this.run('DELETE FROM evals WHERE run_id = ? AND step > ?', [id, step])
      const last = this.steps(id, step, 1)[0]
      const atStart = { step, progress: 0, last_loss: null, tok_per_sec: null, training_time_s: 0 }
      this.set(id, { ...(last ? afterStep(last) : atStart), best_val_bpb: this.bestBpb(id) })
    })
  }

  // -------------------------------------------------------------- rows

  private row(id: string): unknown {
    const row = this.get('SELECT * FROM runs WHERE id = ?', [id])
    if (!row) throw unknownRun(id)
    return row
  }

  /** Writes columns of a run, and now as the time of its last change. */
  private set(id: string, columns: Record<string, SqlValue>): void {
    const values = { updated_at: Date.now(), ...columns }
    const assignments = Object.keys(values).map((name) => `${name} = ?`)
    const sql = `UPDATE runs SET ${assignments.join(', ')} WHERE id = ?`
    if (this.run(sql, [...Object.values(values), id]) === 0) throw unknownRun(id)
  }

  private medianSpeed(id: string): number {
    const sql = 'SELECT tok_per_sec FROM steps WHERE run_id = ? ORDER BY step DESC LIMIT ?'
    const last = this.prepare(sql, true).all([id, MOST_TIMED]).map(readNumber)
    return last.sort((a, b) => a - b)[last.length >> 1] ?? NaN
  }

  private bestBpb(id: string): number | null {
    const best = readNumber(this.prepare('SELECT min(val_bpb) FROM evals WHERE run_id = ?', true).get([id]))
    return Number.isNaN(best) ? null : best
  }

  /** Evenly spaced losses, looked up by key, so that a long run takes no longer than a short one. */
  private spark(id: string): number[] {
    const lastStep = this.prepare('SELECT max(step) FROM steps WHERE run_id = ?', true).get([id])
    const count = readNumber(lastStep) || 0
    const points = Math.min(count, SPARK_POINTS)
    const chosen = Array.from({ length: points }, (_, i) => Math.round(((i + 1) * count) / points))
    const sql = `SELECT loss_ema FROM steps WHERE run_id = ? AND loss_ema IS NOT NULL
                 AND step IN (SELECT value FROM json_each(?)) ORDER BY step`
    return this.prepare(sql, true)
      .all([id, JSON.stringify(chosen)])
      .map(readNumber)
  }

  private insert(verb: string, table: string, columns: readonly string[], values: readonly SqlValue[]): void {
    const places = columns.map(() => '?').join(', ')
    this.run(`${verb} INTO ${table} (${columns.join(', ')}) VALUES (${places})`, values)
  }

  private run(sql: string, values: readonly SqlValue[]): number {
    return this.prepare(sql).run([...values]).changes
  }

  private get(sql: string, values: readonly SqlValue[]): unknown {
    return this.prepare(sql).get([...values])
  }

  /** @param raw rows as arrays of values in place of objects */
  private prepare(sql: string, raw = false): Database.Statement<[SqlValue[]]> {
    const known = this.statements.get(sql)
    if (known) return known
    const statement = otherForm(() => this.db.prepare<[SqlValue[]]>(sql))
    if (raw) statement.raw()
    this.statements.set(sql, statement)
    return statement
  }
}

function unknownRun(id: string): MidbenchError {
  return new MidbenchError({ code: 'run.unknown', message: `There is no run ${id} in the store.` })
}

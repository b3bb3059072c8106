/**
 * The run store: every run, its metrics and its log (store-metrics.ts), in one SQLite file shared by the app and the
 * command line.
 *
 * Guarantees: what a method wrote survives a kill of the process at any instant. Creating a run, changing its state and
 * recording a checkpoint reach the disk before they return, and so does every metric before them; a power cut may lose
 * metrics since then, but none before the last checkpoint. Costs: a batch of metrics some 0.1 ms, reading them 4 µs a
 * step.
 */
import { join } from 'node:path'

import { MidbenchError } from '../errors'
import type { RunConfig } from '../config/config.schema'
import type { RunDetail, RunSummary } from '../config/run.schema'
import { durably, openDatabase } from './store-database'
import { StoreMetrics } from './store-metrics'
import {
  newRunColumns,
  patchColumns,
  readConfig,
  readDetail,
  readOwner,
  readSummary,
  type NewRun,
  type RunOwner,
  type RunPatch,
  type StoredConfig,
} from './store-rows'
import { unknownRun } from './store-statements'

export type { NewRun, RunOwner, RunPatch, StoredConfig } from './store-rows'

/** A run's speed is known after so many steps: the first compiles. */
const LEAST_TIMED = 3
/** States in which no process needs to hold the run. */
const AT_REST = ['stopped', 'interrupted', 'failed', 'done']

/** The store of a data folder: the one file that the app and the command line share. */
export function storeFile(dataDir: string): string {
  return join(dataDir, 'runs.db')
}

export class RunStore extends StoreMetrics {
  /**
   * @param file the database; made, with its folder, when it is not there
   * @throws MidbenchError `store.unreadable`, `store.newer`
   */
  static open(file: string): RunStore {
    return new RunStore(openDatabase(file))
  }

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
   * Changes what a person calls a run and says of it. When it returns, that is on disk. It is no change of the run, so
   * the time of its last change stays.
   *
   * @throws MidbenchError `run.unknown`
   */
  label(id: string, labels: RunPatch): RunSummary {
    durably(this.db, () => this.write(id, patchColumns(labels)))
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
}

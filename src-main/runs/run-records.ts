/**
 * What is known of runs, whether or not they are in progress: what the store holds, with the writes that are still
 * waiting for the disk. A run that lies in a folder and is not in the store is added to it.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import type { Failure } from '../errors'
import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import type { RunConfig } from '../config/config.schema'
import { differences } from './differences'
import { processIsAlive, thisProcess } from '../files/process-identity'
import { elsewhere, noneToResume } from './run-errors'
import { emptyBatch } from './metrics-batcher'
import { readRunFolder, type RunIdentity } from './run-folder'
import type { BranchRecord } from '../engine/branch-record.schema'
import { RunJournal } from './run-journal'
import type {
  EvalMetric,
  LabelPatch,
  LogLine,
  RunDetail,
  RunState,
  RunSummary,
  StepMetric,
} from '../config/run.schema'
import type { RunStore, StoredConfig } from './store'

/** States from which a run can resume, given a checkpoint. */
export const RESUMABLE: readonly RunState[] = ['paused', 'stopped', 'interrupted', 'failed']

/** Number of steps read before other work gets a turn; it takes some 10 ms. */
const STEPS_AT_ONCE = 2500
/** Number of log lines that are read. */
const LOG_LINES = 500

/** Everything but the log in ascending order of steps. */
export interface RunHistory {
  steps: StepMetric[]
  evals: EvalMetric[]
  samples: SampleMetric[]
  measures: MeasureMetric[]
  log: LogLine[]
}

export class RunRecords {
  /** Journals of the runs that have been in progress here: what the store lacks outlives the runs' threads. */
  private readonly journals = new Map<string, RunJournal>()

  /**
   * Marks runs whose process died as interrupted, and removes what it left half saved: nobody else writes there.
   *
   * @param onTrouble called when a run's writes begin to wait, and with null once all are written
   */
  constructor(
    private readonly store: RunStore,
    private readonly onTrouble: (id: string, trouble: Failure | null) => void,
  ) {
    for (const { dir } of store.markInterrupted(processIsAlive)) removeHalfSaved(dir)
  }

  list(): RunSummary[] {
    return this.store.list().map((run) => this.asItIs(run))
  }

  configs(ids: readonly string[]): StoredConfig[] {
    return this.store.configs(ids)
  }

  summary(id: string): RunSummary {
    return this.asItIs(this.store.summary(id))
  }

  /** @throws MidbenchError `run.unknown` */
  get(id: string): RunDetail {
    return this.asItIs(this.store.detail(id))
  }

  /**
   * A run from a step on; of a branch, what its parent made up to the fork comes before. A long history is read in slices,
   * so as not to hold the thread up.
   *
   * @param flush called before each slice to store what was measured meanwhile
   */
  async history(id: string, fromStep: number, flush: () => void): Promise<RunHistory> {
    const { parent } = this.store.summary(id)
    const own = await this.ownHistory(id, fromStep, flush)
    if (parent === null || fromStep > parent.step || !this.store.has(parent.id)) return own
    return forked(await this.history(parent.id, fromStep, flush), parent.step, own)
  }

  private async ownHistory(id: string, fromStep: number, flush: () => void): Promise<RunHistory> {
    const steps: StepMetric[] = []
    for (;;) {
      flush()
      const slice = this.store.steps(id, (steps.at(-1)?.step ?? fromStep - 1) + 1, STEPS_AT_ONCE)
      steps.push(...slice)
      if (slice.length < STEPS_AT_ONCE) break
      await setImmediate()
    }
    const unwritten = this.journals.get(id)?.unwritten ?? emptyBatch()
    const since = <Row extends { step: number }>(rows: readonly Row[]): Row[] =>
      rows.filter(({ step }) => step >= fromStep)
    return {
      steps: [...steps, ...since(unwritten.steps)],
      evals: [...this.store.evals(id, fromStep), ...since(unwritten.evals)],
      samples: [...this.store.samples(id, fromStep), ...since(unwritten.samples)],
      measures: [...this.store.measures(id, fromStep), ...since(unwritten.measures)],
      log: [...this.store.log(id, LOG_LINES), ...unwritten.log].slice(-LOG_LINES),
    }
  }

  /** The journal that a run in progress writes to. */
  journal(id: string): RunJournal {
    const known = this.journals.get(id)
    if (known !== undefined) return known
    const journal = new RunJournal(id, this.store, (trouble) => {
      this.onTrouble(id, trouble)
    })
    this.journals.set(id, journal)
    return journal
  }

  /** Adds a new run, or one from another store, which is then interrupted. */
  create(
    identity: RunIdentity,
    config: RunConfig,
    dir: string,
    state: 'preparing' | 'interrupted' = 'preparing',
    branch?: BranchRecord,
  ): RunSummary {
    this.store.create({
      ...identity,
      dir,
      config,
      state,
      differences: differences(config, null),
      owner: state === 'preparing' ? thisProcess() : null,
      parent: branch?.parent ?? null,
    })
    return this.store.update(identity.id, { step: branch?.parent.step ?? 0 })
  }

  /** Stores what the person calls a run and says of it, also while the run goes on, here or in another process. */
  label(id: string, labels: LabelPatch): RunSummary {
    const given = Object.entries(labels).filter(([, value]) => value !== undefined)
    if (given.length > 0) this.store.label(id, Object.fromEntries(given))
    return this.summary(id)
  }

  /** Stores the options that a run goes on with. */
  setOptions(id: string, config: RunConfig): RunSummary {
    return this.asItIs(this.store.setOptions(id, config))
  }

  /** Hides a run from every list and keeps all that is known of it. @param at milliseconds since 1970 */
  hide(id: string, at: number): void {
    this.store.setRemoved(id, at)
    this.drop(id)
  }

  /** Lists a hidden run again; null where the store has lost it. */
  show(id: string): RunSummary | null {
    if (!this.store.has(id)) return null
    this.store.setRemoved(id, null)
    return this.summary(id)
  }

  /** Deletes a run from the store, if it is there, with its metrics and log. */
  forget(id: string): void {
    if (this.store.has(id)) this.store.remove(id)
    this.drop(id)
  }

  private drop(id: string): void {
    this.journals.get(id)?.forget()
    this.journals.delete(id)
  }

  /** The newest run of a config file that can resume. @throws MidbenchError `run.none` */
  newestOf(configPath: string): string {
    const found = this.store
      .list()
      .find((run) => RESUMABLE.includes(run.state) && this.store.detail(run.id).config_path === configPath)
    if (found === undefined) throw noneToResume(configPath)
    return found.id
  }

  /** The run in a folder. A run that the store does not know is added; the path of a moved folder is updated. */
  async inFolder(dir: string): Promise<RunSummary> {
    const runDir = resolve(dir)
    const { identity, config, branch } = await readRunFolder(runDir)
    const known = this.show(identity.id)
    if (known === null) return this.create(identity, config, runDir, 'interrupted', branch)
    if (known.dir !== runDir) this.store.update(known.id, { dir: runDir })
    return this.summary(known.id)
  }

  /** @throws MidbenchError `run.elsewhere` where another process holds it */
  refuseElsewhere(id: string): void {
    const owner = this.store.owner(id)
    if (owner === null || owner.pid === process.pid || !processIsAlive(owner.pid, owner.startedAt)) return
    throw elsewhere(this.get(id).name, owner.pid)
  }

  private asItIs<Run extends RunSummary>(run: Run): Run {
    return this.journals.get(run.id)?.amend(run) ?? run
  }
}

/** What a branch made after what its parent made up to the fork; what both made at the fork is the branch's. */
function forked(parent: RunHistory, fork: number, own: RunHistory): RunHistory {
  const joined = <Row extends { step: number }>(before: Row[], rows: Row[]): Row[] => {
    const first = Math.min(fork + 1, rows[0]?.step ?? Infinity)
    return [...before.filter(({ step }) => step < first), ...rows]
  }
  return {
    steps: joined(parent.steps, own.steps),
    evals: joined(parent.evals, own.evals),
    samples: joined(parent.samples, own.samples),
    measures: joined(parent.measures, own.measures),
    log: own.log,
  }
}

/** Removes the checkpoint that a process was saving when it died. */
function removeHalfSaved(runDir: string): void {
  const folder = join(runDir, 'checkpoints')
  try {
    for (const name of readdirSync(folder)) {
      if (/^step_\d+\.tmp$/.test(name)) rmSync(join(folder, name), { recursive: true, force: true })
    }
  } catch {
    // a folder that is missing or cannot be changed: only disk space is lost
  }
}

/**
 * What is known of runs, whether or not they are in progress: what the store holds, and ahead of it what still waits for
 * a disk that takes nothing. A run that lies in a folder and is not in the store is taken up.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import type { Failure } from '../errors'
import type { RunConfig } from '../config/config.schema'
import { differences } from './differences'
import { processIsAlive, thisProcess } from '../files/process-identity'
import { elsewhere, noneToResume } from './run-errors'
import { readRunFolder, type RunIdentity } from './run-folder'
import { RunJournal } from './run-journal'
import type { EvalMetric, LogLine, RunDetail, RunState, RunSummary, StepMetric } from '../config/run.schema'
import type { RunStore, StoredConfig } from './store'

/** States from which a run goes on, given a checkpoint. */
export const RESUMABLE: readonly RunState[] = ['paused', 'stopped', 'interrupted', 'failed']

/** Steps that are read before others get a turn: some 10 ms. */
const STEPS_AT_ONCE = 2500
/** Lines of the log that are read. */
const LOG_LINES = 500

/** Ascending. */
export interface RunHistory {
  steps: StepMetric[]
  evals: EvalMetric[]
  log: LogLine[]
}

export class RunRecords {
  /** Of the runs that have been in progress here: what the store could not take yet outlives their threads. */
  private readonly journals = new Map<string, RunJournal>()

  /**
   * Runs whose process died are marked interrupted, and what it left half saved is removed: nobody else writes there.
   *
   * @param onTrouble hears when a run's writes begin to wait, and with null when all are written
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
   * A run from a step on. A long history is read in slices, so as not to hold the thread up.
   *
   * @param flush has what was measured meanwhile stored: called before each slice
   */
  async history(id: string, fromStep: number, flush: () => void): Promise<RunHistory> {
    const steps: StepMetric[] = []
    for (;;) {
      flush()
      const slice = this.store.steps(id, (steps.at(-1)?.step ?? fromStep - 1) + 1, STEPS_AT_ONCE)
      steps.push(...slice)
      if (slice.length < STEPS_AT_ONCE) break
      await setImmediate()
    }
    const unwritten = this.journals.get(id)?.unwritten ?? { steps: [], evals: [], log: [] }
    return {
      steps: [...steps, ...unwritten.steps.filter(({ step }) => step >= fromStep)],
      evals: [...this.store.evals(id, fromStep), ...unwritten.evals.filter(({ step }) => step >= fromStep)],
      log: [...this.store.log(id, LOG_LINES), ...unwritten.log].slice(-LOG_LINES),
    }
  }

  /** Where a run in progress is written down. */
  journal(id: string): RunJournal {
    const known = this.journals.get(id)
    if (known !== undefined) return known
    const journal = new RunJournal(id, this.store, (trouble) => {
      this.onTrouble(id, trouble)
    })
    this.journals.set(id, journal)
    return journal
  }

  /** Takes down a new run, or one of another store that lies interrupted. */
  create(
    identity: RunIdentity,
    config: RunConfig,
    dir: string,
    state: 'preparing' | 'interrupted' = 'preparing',
  ): RunSummary {
    this.store.create({
      ...identity,
      dir,
      config,
      state,
      differences: differences(config, null),
      owner: state === 'preparing' ? thisProcess() : null,
    })
    return this.store.summary(identity.id)
  }

  /** Takes down the options that a run goes on with. */
  setOptions(id: string, config: RunConfig): RunSummary {
    return this.asItIs(this.store.setOptions(id, config))
  }

  /** Leaves a run out of every list, with all that is known of it. @param at milliseconds since 1970 */
  hide(id: string, at: number): void {
    this.store.setRemoved(id, at)
    this.drop(id)
  }

  /** Lists it again; null where the store has lost it. */
  show(id: string): RunSummary | null {
    if (!this.store.has(id)) return null
    this.store.setRemoved(id, null)
    return this.summary(id)
  }

  /** Takes a run out of the store, with its metrics and log, where it is in it. */
  forget(id: string): void {
    if (this.store.has(id)) this.store.remove(id)
    this.drop(id)
  }

  private drop(id: string): void {
    this.journals.get(id)?.forget()
    this.journals.delete(id)
  }

  /** The newest run of a config file that can go on. @throws MidbenchError `run.none` */
  newestOf(configPath: string): string {
    const found = this.store
      .list()
      .find((run) => RESUMABLE.includes(run.state) && this.store.detail(run.id).config_path === configPath)
    if (found === undefined) throw noneToResume(configPath)
    return found.id
  }

  /** The run in a folder. The store takes up one that it does not know, and learns where one that it knows lies now. */
  async inFolder(dir: string): Promise<RunSummary> {
    const runDir = resolve(dir)
    const { identity, config } = await readRunFolder(runDir)
    const known = this.show(identity.id)
    if (known === null) return this.create(identity, config, runDir, 'interrupted')
    if (known.dir !== runDir) this.store.update(known.id, { dir: runDir })
    return this.summary(known.id)
  }

  /** @throws MidbenchError `run.elsewhere` where another process has it in hand */
  refuseElsewhere(id: string): void {
    const owner = this.store.owner(id)
    if (owner === null || owner.pid === process.pid || !processIsAlive(owner.pid, owner.startedAt)) return
    throw elsewhere(this.get(id).name, owner.pid)
  }

  private asItIs<Run extends RunSummary>(run: Run): Run {
    return this.journals.get(run.id)?.amend(run) ?? run
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
    // a folder that was removed or takes no change: it is only room on the disk
  }
}

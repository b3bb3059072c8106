/**
 * Starts, pauses, resumes, stops, lists and watches runs: what the window's `runs.*` calls and the `train` command use.
 *
 * One run trains at a time in a process. Everything heavy happens in the run's threads; a call here costs a few writes
 * to the store. A run whose process died is found when the manager opens, and is marked interrupted.
 */
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import type { JobLocations, TrainJob } from '../engine/trainer-protocol'
import { ActiveRun } from './active-run'
import { baseDirOf, withAbsolutePaths } from './config'
import type { RunConfig } from './config.schema'
import { differences } from './differences'
import { preflight, refuseBlocked } from './preflight'
import { gatherFacts } from './preflight-facts'
import { processIsAlive, thisProcess } from './process-identity'
import { busy, elsewhere, noneToResume, notActive, notResumable, unsaved } from './run-errors'
import type { RunEvent } from './run-events'
import { createRunFolder, holdsRun, newRunId, readRunFolder, type RunIdentity } from './run-folder'
import { RunJournal } from './run-journal'
import type { EvalMetric, LogLine, RunDetail, RunSummary, StepMetric } from './run.schema'
import type { OpenRunThreads } from './run-threads'
import type { RunStore } from './store'

/** States from which `resume` makes new threads, given a checkpoint. */
const RESUMABLE = ['paused', 'stopped', 'interrupted', 'failed']
/** States in which a run is in progress, in this process or another. */
const AT_REST = [...RESUMABLE, 'done']
/** Steps that are read before others get a turn: some 10 ms. */
const STEPS_AT_ONCE = 2500
/** Lines of the log that a watcher gets first. */
const LOG_LINES = 500

export interface RunManagerOptions {
  store: RunStore
  /** The person's data: runs lie in its folder `runs`. */
  dataDir: string
  cacheDir: string
  openThreads: OpenRunThreads
  /** Used where neither the config nor the environment names a nanochat folder. @default none */
  defaultBaseDir?: () => string | null
  /** TensorFlow's threads. @default as many as there are processors */
  threads?: () => number | null
}

export interface StartRun {
  config: RunConfig
  /** Folder that the config's relative paths count from. */
  dir: string
  /** The config's file; null for one that has none. */
  path: string | null
  /** @default the config's `run`, or the model's tag */
  name?: string | undefined
  /** @default a new folder under the person's data */
  runDir?: string | undefined
  /** Steps after which to save and end. */
  stopAfter?: number | undefined
}

export interface Watched {
  detail: RunDetail
  /** `metrics` events with a higher number are not in here. */
  seq: number
  steps: StepMetric[]
  evals: EvalMetric[]
  log: LogLine[]
}

export class RunManager {
  private readonly active = new Map<string, ActiveRun>()
  private readonly listeners = new Set<(event: RunEvent) => void>()
  private readonly lastSeq = new Map<string, number>()
  /** Of the runs that have been active here: what the store could not take yet outlives their threads. */
  private readonly journals = new Map<string, RunJournal>()

  constructor(private readonly options: RunManagerOptions) {
    options.store.markInterrupted(processIsAlive)
  }

  /** @returns takes the listener away again */
  on(listener: (event: RunEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /**
   * Checks the config, makes the run's folder, and starts its threads. Answers once the run is there, not once it trains.
   *
   * @throws MidbenchError `run.busy` while another run trains, `run.unsaved` while one is held in memory that no disk takes, `run.blocked` with what stops this one, `run.folder-taken`
   */
  async start(request: StartRun): Promise<string> {
    await this.makeRoom()
    const baseDir = baseDirOf(request.config, request.dir, this.options.defaultBaseDir?.())
    const config = withAbsolutePaths(request.config, request.dir, baseDir)
    const { findings } = preflight(config, await gatherFacts(config, baseDir, this.options.dataDir))
    refuseBlocked(findings)
    const id = newRunId()
    const identity = { id, name: runName(request), config_path: request.path, created_at: Date.now() }
    const runDir = resolve(request.runDir ?? join(this.options.dataDir, 'runs', id))
    await createRunFolder(runDir, identity, config)
    this.record(identity, config, runDir)
    this.launch(id, this.job(config, runDir, false, request.stopAfter))
    this.active.get(id)?.warn(findings)
    return id
  }

  /** Finishes the step in hand, saves, and holds. @throws MidbenchError `run.not-active` */
  pause(id: string): void {
    const run = this.requireActive(id)
    if (run.state !== 'paused') run.pause()
  }

  /**
   * Goes on: at once where the run is paused in memory, else from its last whole checkpoint, with the same bits as a run
   * that was never interrupted.
   *
   * @throws MidbenchError `run.busy`, `run.elsewhere`, `run.not-resumable`
   */
  async resume(id: string, options: { stopAfter?: number | undefined } = {}): Promise<void> {
    const active = this.active.get(id)
    if (active !== undefined && !AT_REST.includes(active.state)) return
    if (active?.state === 'paused') {
      active.resume()
      return
    }
    this.refuseElsewhere(id)
    const { state, dir } = this.get(id)
    if (!RESUMABLE.includes(state)) throw notResumable(id, state)
    await this.makeRoom()
    const { config } = await readRunFolder(dir)
    this.journalOf(id).update({ state: 'preparing', error: null, owner: thisProcess() })
    this.launch(id, this.job(config, dir, true, options.stopAfter))
  }

  /**
   * Finishes the step in hand, saves, ends. One that was cut off is left as it is, and can still be resumed.
   *
   * @throws MidbenchError `run.not-active`
   */
  async stop(id: string): Promise<void> {
    const active = this.active.get(id)
    if (active !== undefined && !isOver(active)) {
      active.stop()
      return
    }
    this.refuseElsewhere(id)
    if (!['paused', 'interrupted'].includes(this.get(id).state)) throw notActive(id)
    this.emit({ type: 'changed', run: this.journalOf(id).update({ state: 'stopped', owner: null }) })
    await this.release(id)
  }

  list(): RunSummary[] {
    return this.options.store.list().map((run) => this.asItIs(run))
  }

  summary(id: string): RunSummary {
    return this.asItIs(this.options.store.summary(id))
  }

  get(id: string): RunDetail {
    return this.asItIs(this.options.store.detail(id))
  }

  /**
   * What is stored from a step on, the metrics that still wait included. A long history is read in slices, so as not to
   * hold the thread up; the last slice and the number of the last event belong together. What the store could not take
   * yet is there too.
   *
   * @throws MidbenchError `run.unknown`
   */
  async watch(id: string, fromStep: number): Promise<Watched> {
    const { store } = this.options
    const steps: StepMetric[] = []
    for (;;) {
      this.active.get(id)?.flush()
      const slice = store.steps(id, (steps.at(-1)?.step ?? fromStep - 1) + 1, STEPS_AT_ONCE)
      steps.push(...slice)
      if (slice.length < STEPS_AT_ONCE) break
      await setImmediate()
    }
    const unwritten = this.journals.get(id)?.unwritten ?? { steps: [], evals: [], log: [] }
    return {
      detail: this.get(id),
      seq: this.active.get(id)?.seq ?? this.lastSeq.get(id) ?? 0,
      steps: [...steps, ...unwritten.steps.filter(({ step }) => step >= fromStep)],
      evals: [...store.evals(id, fromStep), ...unwritten.evals.filter(({ step }) => step >= fromStep)],
      log: [...store.log(id, LOG_LINES), ...unwritten.log].slice(-LOG_LINES),
    }
  }

  /** Takes a run and its folder away. @throws MidbenchError `run.busy` while it is in progress, `run.elsewhere` */
  async remove(id: string): Promise<void> {
    const active = this.active.get(id)
    if (active !== undefined && !AT_REST.includes(active.state)) throw busy(this.get(id).name)
    this.refuseElsewhere(id)
    await this.release(id)
    const { dir } = this.get(id)
    this.options.store.remove(id)
    this.journals.get(id)?.forget()
    this.journals.delete(id)
    this.emit({ type: 'removed', runId: id })
    if (await holdsRun(dir)) await rm(dir, { recursive: true, force: true })
  }

  /** The newest run of a config file, or the run in a folder, that `resume` can go on with. */
  async findResumable(where: { configPath: string } | { runDir: string }): Promise<string> {
    if ('runDir' in where) return this.adopt(resolve(where.runDir))
    const { store } = this.options
    const found = store
      .list()
      .find((run) => RESUMABLE.includes(run.state) && store.detail(run.id).config_path === where.configPath)
    if (found !== undefined) return found.id
    throw noneToResume(where.configPath)
  }

  /** The run in progress in this process; null where none is. */
  current(): string | null {
    return [...this.active.values()].find((run) => !AT_REST.includes(run.state))?.id ?? null
  }

  /** The run that is held in memory because it could not be saved; null where none is. */
  unsaved(): RunSummary | null {
    const paused = [...this.active.values()].find(({ state }) => state === 'paused')
    const run = paused === undefined ? null : this.summary(paused.id)
    return run?.error?.code === 'checkpoint.write' ? run : null
  }

  /** Ends all threads. A run in progress loses what its last checkpoint does not hold: pause it first. */
  async close(): Promise<void> {
    for (const id of [...this.active.keys()]) await this.release(id)
  }

  // -------------------------------------------------------------- inside

  /** The run in a folder; one that the store does not know is taken up. */
  private async adopt(runDir: string): Promise<string> {
    const { identity, config } = await readRunFolder(runDir)
    const known = this.options.store.list().find((run) => run.id === identity.id)
    if (known === undefined) this.record(identity, config, runDir, 'interrupted')
    else if (known.dir !== runDir) this.options.store.update(known.id, { dir: runDir })
    return identity.id
  }

  private record(
    identity: RunIdentity,
    config: RunConfig,
    dir: string,
    state: 'preparing' | 'interrupted' = 'preparing',
  ): void {
    const gradAccumSteps = config.total_batch_size / (config.device_batch_size * config.max_seq_len)
    this.options.store.create({
      ...identity,
      dir,
      config,
      state,
      differences: differences(config, { device: null, gradAccumSteps }),
      owner: state === 'preparing' ? thisProcess() : null,
    })
    this.emit({ type: 'changed', run: this.options.store.summary(identity.id) })
  }

  private launch(id: string, job: TrainJob): void {
    const threads = this.options.openThreads()
    const emit = (event: RunEvent): void => {
      this.emit(event)
    }
    const journal = this.journalOf(id)
    this.active.set(id, new ActiveRun(id, job, threads, journal, emit, this.lastSeq.get(id)))
  }

  private journalOf(id: string): RunJournal {
    const known = this.journals.get(id)
    if (known !== undefined) return known
    const journal = new RunJournal(id, this.options.store, (trouble) => {
      const active = this.active.get(id)
      if (active !== undefined) active.tellOfStore(trouble)
      else this.emit({ type: 'changed', run: this.get(id) })
    })
    this.journals.set(id, journal)
    return journal
  }

  /** A run of the store's, ahead of it where it waits for a disk that is full. */
  private asItIs<Run extends RunSummary>(run: Run): Run {
    return this.journals.get(run.id)?.amend(run) ?? run
  }

  private job(config: RunConfig, runDir: string, resume: boolean, stopAfter: number | undefined): TrainJob {
    return {
      type: 'train',
      config,
      locations: this.locations(config.base_dir ?? runDir, runDir),
      runDir,
      resume,
      stopAfter: stopAfter ?? null,
      threads: this.options.threads?.() ?? null,
    }
  }

  private locations(baseDir: string, configDir: string): JobLocations {
    return { baseDir, configDir, cacheDir: this.options.cacheDir, dataDir: this.options.dataDir }
  }

  /** One run trains at a time; one that is paused in memory is saved, and gives its memory back. */
  private async makeRoom(): Promise<void> {
    const current = this.current()
    if (current !== null) throw busy(this.get(current).name)
    const held = this.unsaved()
    if (held !== null) throw unsaved(held.name)
    await this.close()
  }

  private async release(id: string): Promise<void> {
    const run = this.active.get(id)
    if (run === undefined) return
    run.flush()
    this.lastSeq.set(id, run.seq)
    this.active.delete(id)
    await run.release()
  }

  private requireActive(id: string): ActiveRun {
    const run = this.active.get(id)
    if (run === undefined || isOver(run)) throw notActive(id)
    return run
  }

  private refuseElsewhere(id: string): void {
    const owner = this.options.store.owner(id)
    if (owner === null || owner.pid === process.pid || !processIsAlive(owner.pid, owner.startedAt)) return
    throw elsewhere(this.get(id).name, owner.pid)
  }

  private emit(event: RunEvent): void {
    for (const listener of this.listeners) listener(event)
    // A run that has ended gives its threads back; a paused one keeps them.
    if (event.type === 'rest' && event.state !== 'paused') void this.release(event.runId)
  }
}

function runName({ name, config, path }: StartRun): string {
  if (name !== undefined) return name
  if (config.run !== 'dummy') return config.run
  return path === null
    ? (config.model_tag ?? 'midtraining')
    : (path.split('/').at(-1) ?? path).replace(/\.json$/, '')
}

function isOver(run: ActiveRun): boolean {
  return run.state !== 'paused' && AT_REST.includes(run.state)
}

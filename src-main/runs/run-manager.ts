/**
 * Starts, pauses, resumes, stops, lists and watches runs: what the window's `runs.*` calls and the `train` command use.
 *
 * One run trains at a time in a process, and a run in one process at a time: a start or a resume claims its slot before
 * it awaits anything, and holds the run's folder until its threads have ended. Everything heavy happens in the run's
 * threads; a call here costs a few writes to the store. Runs at rest are kept in run-records.ts, those that have
 * threads in active-runs.ts.
 */
import { join, resolve } from 'node:path'

import type { JobLocations, OpenTrainer, TrainJob } from '../engine/trainer-calls'
import type { ActiveRun } from './active-run'
import { ActiveRuns, isAtRest, isOver } from './active-runs'
import { baseDirOf, withAbsolutePaths } from '../config/config'
import { openFork } from './fork'
import { keepFork } from './keep-fork'
import { type ContinuedRun, continuedOptions, type ResumeRun } from './continued-options'
import { checkStart } from './start-check'
import { thisProcess } from '../files/process-identity'
import { busy, notActive, notResumable, unsaved } from './run-errors'
import type { RunEvent } from './run-events'
import { createRunFolder, newRunId, runFileTexts, takeNewFolder, takeRunFolder } from './run-folder'
import { RESUMABLE, RunRecords, type RunHistory } from './run-records'
import { RunLabelling } from './run-labelling'
import { RunRemoval } from './run-removal'
import type { RanksNow } from '../config/rank-status.schema'
import type { RunDetail, RunSummary } from '../config/run.schema'
import { rankOf } from './ranks-trainer'
import { RunSlot } from './run-slot'
import { runName, type StartRun } from './start-run'
import type { RunStore, StoredConfig } from './store'
import type { Removal } from './trash.schema'

export interface RunManagerOptions {
  store: RunStore
  /** The folder of the person's data: runs lie in its folder `runs`. */
  dataDir: string
  cacheDir: string
  openTrainer: OpenTrainer
  /** Frees memory that is held beside runs. @default nothing is held */
  releaseMemory?: () => Promise<void>
  /** Told when no run needs that memory any more: the run has ended, or could not begin. */
  memoryFree?: () => void
  /** The nanochat folder where neither the config nor the environment names one. @default none */
  defaultBaseDir?: () => string | null
  /** The rank that this machine is in a run of several machines. @default all ranks are here, or rank 0 */
  rank?: number | null
  /** Number of TensorFlow's threads. @default the number of processors */
  threads?: () => number | null
}

export interface Watched extends RunHistory {
  detail: RunDetail
  /** `metrics` events with a higher number are not included. */
  seq: number
  /** What its ranks are doing; null where one trains alone, or the run is not in memory here. */
  ranks: RanksNow | null
}

export class RunManager {
  private readonly active: ActiveRuns
  private readonly listeners = new Set<(event: RunEvent) => void>()
  private readonly records: RunRecords
  /** Removed runs, and which of them can be restored. */
  readonly removal: RunRemoval
  /** Names, notes, tags and stars. */
  readonly labelling: RunLabelling
  private readonly slot = new RunSlot()

  constructor(private readonly options: RunManagerOptions) {
    this.active = new ActiveRuns(options.openTrainer, (event) => {
      this.emit(event)
    })
    this.records = new RunRecords(options.store, (id, trouble) => {
      const active = this.active.get(id)
      if (active !== undefined) active.tellOfStore(trouble)
      else this.emit({ type: 'changed', run: this.get(id) })
    })
    this.removal = new RunRemoval(options.dataDir, this.records)
    this.labelling = new RunLabelling(this.records, (run) => this.emit({ type: 'changed', run }))
  }

  /** @returns a function that removes the listener again */
  on(listener: (event: RunEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /**
   * Checks the config, makes the run's folder, and starts its threads. Resolves once the run exists, before it trains.
   *
   * @throws MidbenchError `run.busy` while another run trains or begins, `run.unsaved` while one is held in memory that
   *   could not be saved, `run.blocked` with what stops this one, `run.folder-taken`, `run.folder-filled`, `run.folder`;
   *   for a branch `branch.gone` and `branch.torn` where that checkpoint is not there or not whole
   */
  async start(request: StartRun): Promise<string> {
    const { id = newRunId(), branch: off } = request
    const parent = off === undefined ? null : this.get(off.runId)
    const name = runName(request, parent?.name ?? null)
    await this.begin(id, name, async () => {
      const fork = parent && off ? await openFork(parent, off.step, request.forks) : null
      await this.makeRoom()
      const baseDir = baseDirOf(request.config, request.dir, this.options.defaultBaseDir?.())
      const config = withAbsolutePaths(request.config, request.dir, baseDir)
      const { findings, branch } = await checkStart(config, this.locations(baseDir, request.dir), fork, {
        onProgress:
          request.onProgress ?? ((progress) => this.emit({ type: 'progress', runId: id, ...progress })),
        ...(request.signal && { signal: request.signal }),
      })
      const runDir = resolve(request.runDir ?? join(this.options.dataDir, 'runs', id))
      const hold = await takeNewFolder(runDir)
      await this.active.launch(id, hold, async () => {
        const said = { note: '', tags: [], starred: false }
        const identity = { id, name, config_path: request.path, created_at: Date.now(), ...said }
        if (fork && branch) await keepFork(runDir, fork, branch.data)
        await createRunFolder(runDir, identity, config, branch?.record)
        const run = this.records.create(identity, config, runDir, 'preparing', branch?.record)
        this.emit({ type: 'changed', run })
        const job = this.job({ identity, config, branch: branch?.record }, runDir, {
          ...{ resume: false, stopAfter: request.stopAfter },
        })
        return [job, this.records.journal(id)]
      })
      this.active.get(id)?.say(branch?.findings ?? [])
      this.active.get(id)?.warn(findings)
    })
    return id
  }

  /** Finishes the current step, saves, and waits. @throws MidbenchError `run.not-active` */
  pause(id: string): void {
    const run = this.requireActive(id)
    if (run.state !== 'paused') run.pause()
  }

  /**
   * Resumes a run: at once where the run is paused in memory, else from its last whole checkpoint, with the same bits
   * as a run that was never interrupted.
   *
   * @throws MidbenchError `run.busy`, `run.elsewhere`, `run.not-resumable`; `run.options-changed` where the run's
   *   config.json is not as it was, or other options are asked for that a run cannot go on with
   */
  async resume(id: string, options: ResumeRun = {}): Promise<void> {
    const beginning = this.slot.beginningOf(id)
    if (beginning !== null) return beginning
    const active = this.active.get(id)
    if (active !== undefined && !isAtRest(active)) return
    if (active?.state === 'paused' && options.config === undefined) {
      active.resume()
      return
    }
    const { name, dir } = this.get(id)
    await this.begin(id, name, async () => {
      this.requireResumable(id)
      await this.makeRoom()
      const hold = await takeRunFolder(dir, name)
      await this.active.launch(id, hold, async () => {
        this.requireResumable(id) // another process may have resumed and ended it since
        const { changed, ...kept } = await continuedOptions(this.records, id, options.config)
        if (changed !== null) this.emit({ type: 'changed', run: changed })
        const journal = this.records.journal(id)
        journal.update({ state: 'preparing', error: null, owner: thisProcess() })
        return [this.job(kept, dir, { resume: true, stopAfter: options.stopAfter }), journal]
      })
    })
  }

  /**
   * Finishes the current step, saves, and ends. An interrupted run is left as it is, and can still be resumed.
   *
   * @throws MidbenchError `run.not-active`
   */
  async stop(id: string): Promise<void> {
    const active = this.active.get(id)
    if (active !== undefined && !isOver(active)) {
      active.stop()
      return
    }
    this.records.refuseElsewhere(id)
    if (!['paused', 'interrupted'].includes(this.get(id).state)) throw notActive(id)
    this.emit({ type: 'changed', run: this.records.journal(id).update({ state: 'stopped', owner: null }) })
    await this.active.release(id)
  }

  list(): RunSummary[] {
    return this.records.list()
  }

  /** The options of those of the given runs that exist. */
  configs(ids: readonly string[]): StoredConfig[] {
    return this.records.configs(ids)
  }

  summary(id: string): RunSummary {
    return this.records.summary(id)
  }

  get(id: string): RunDetail {
    return this.records.get(id)
  }

  /**
   * The run from a step on, with the metrics that are still waiting. The metrics and the number of the last event
   * belong together.
   *
   * @throws MidbenchError `run.unknown`
   */
  async watch(id: string, fromStep: number): Promise<Watched> {
    const history = await this.records.history(id, fromStep, () => {
      this.active.get(id)?.flush()
    })
    const ranks = this.active.get(id)?.ranks ?? null
    return { detail: this.get(id), seq: this.active.seqOf(id), ranks, ...history }
  }

  /**
   * Removes a run: what it wrote goes to the trash, and anything else in its folder stays.
   *
   * @throws MidbenchError `run.busy` while it is in progress, `run.elsewhere`, `trash.write`
   */
  async remove(id: string): Promise<Removal> {
    const active = this.active.get(id)
    const begins = this.slot.beginningOf(id) !== null
    if (begins || (active !== undefined && !isAtRest(active))) throw busy(this.get(id).name)
    this.records.refuseElsewhere(id)
    void this.active.release(id)
    await this.active.released()
    const removal = await this.removal.remove(this.summary(id))
    this.emit({ type: 'removed', runId: id })
    return removal
  }

  /** Puts a removed run back, as it was. @throws MidbenchError `trash.missing`, `trash.taken`, `trash.write` */
  async restore(id: string): Promise<RunSummary> {
    const run = await this.removal.restore(id)
    this.emit({ type: 'changed', run })
    return run
  }

  /** The newest run of a config file, or the run in a folder, that `resume` can go on with. */
  async findResumable(where: { configPath: string } | { runDir: string }): Promise<string> {
    if ('configPath' in where) return this.records.newestOf(where.configPath)
    const run = await this.records.inFolder(where.runDir)
    this.emit({ type: 'changed', run })
    return run.id
  }

  /** The run in progress in this process; null where none is. */
  current(): string | null {
    return this.active.find((run) => !isAtRest(run))?.id ?? null
  }

  /** The run that is paused and held in memory; null where none is. */
  paused(): RunSummary | null {
    const paused = this.active.find(({ state }) => state === 'paused')
    return paused === null ? null : this.summary(paused.id)
  }

  /** The run that is held in memory because it could not be saved; null where none is. */
  unsaved(): RunSummary | null {
    const run = this.paused()
    return run?.error?.code === 'checkpoint.write' ? run : null
  }

  /** Ends all threads. A run in progress loses what its last checkpoint does not hold: pause it first. */
  async close(): Promise<void> {
    await this.slot.settled()
    await this.active.releaseAll()
  }

  // -------------------------------------------------------------- inside

  private requireResumable(id: string): void {
    this.records.refuseElsewhere(id)
    const { state } = this.get(id)
    if (!RESUMABLE.includes(state)) throw notResumable(id, state)
  }

  private job(
    { identity, config, branch }: Pick<ContinuedRun, 'identity' | 'config' | 'branch'>,
    runDir: string,
    { resume, stopAfter }: { resume: boolean; stopAfter?: number | undefined },
  ): TrainJob {
    const { rank = null } = this.options
    return {
      ...(rank !== null && config.world_size > 1 && { rank: rankOf(rank, config.hosts) }),
      runId: identity.id,
      config,
      locations: this.locations(config.base_dir ?? runDir, runDir),
      runDir,
      files: runFileTexts(identity, config, branch),
      ...{ resume, branch },
      stopAfter: stopAfter ?? null,
      threads: this.options.threads?.() ?? null,
    }
  }

  private locations(baseDir: string, configDir: string): JobLocations {
    return { baseDir, configDir, cacheDir: this.options.cacheDir, dataDir: this.options.dataDir }
  }

  /** @throws MidbenchError `run.busy` while another run begins; whatever `work` throws */
  private async begin(id: string, name: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.slot.begin(id, name, work)
    } catch (error) {
      this.tellMemoryFree()
      throw error
    }
  }

  /** One run trains at a time: a run that is paused in memory is saved, and gives its memory back. */
  private async makeRoom(): Promise<void> {
    const current = this.current()
    if (current !== null) throw busy(this.get(current).name)
    const held = this.unsaved()
    if (held !== null) throw unsaved(held.name)
    await Promise.all([this.active.releaseAll(), this.options.releaseMemory?.()])
  }

  private requireActive(id: string): ActiveRun {
    const run = this.active.get(id)
    if (run === undefined || isOver(run)) throw notActive(id)
    return run
  }

  private emit(event: RunEvent): void {
    for (const listener of this.listeners) listener(event)
    // A run that has ended frees its threads; a paused one keeps them.
    if (event.type === 'rest' && event.state !== 'paused') void this.free(event.runId)
    if (event.type === 'refused') void this.discard(event.runId)
  }

  private async free(id: string): Promise<void> {
    await this.active.release(id)
    this.tellMemoryFree()
  }

  private tellMemoryFree(): void {
    if (this.slot.isFree && this.current() === null) this.options.memoryFree?.()
  }

  /** Deletes a run that could make no step because of its input. */
  private async discard(id: string): Promise<void> {
    const run = this.get(id)
    await this.free(id)
    await this.removal.discard(run)
    this.emit({ type: 'removed', runId: id })
  }
}

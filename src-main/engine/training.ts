/**
 * The steps of a run whose model, data and engine are open: trains with pauses, saves, and writes the result.
 *
 * When the run fails, the last complete step is saved first, unless the model has diverged or saving itself fails.
 * Where the disk is full, the run goes on and tries again at the next checkpoint; at a pause, a stop or the end it is
 * held in memory, so that nothing is lost, until there is room and it is resumed.
 *
 * Where several ranks train, each does this, and all stop at the same step; one of each machine saves, and rank 0 alone
 * asks the model and writes the result.
 */
import type { FloatArray } from '../checkpoint/types'
import { askedSteps, evalBatches, gradAccumSteps } from '../config/batches'
import type { StepMetric } from '../config/run.schema'
import { MidbenchError, toFailure } from '../errors'
import { flopsPerToken } from '../model/flops'
import type { DataClient } from '../packing/data-client'
import type { OpenRun } from './announcement'
import { writeMissing } from './kept-files'
import { TrainLoop } from './loop'
import type { Aside, LoopHooks, LoopOptions } from './loop-options'
import type { LoopState } from './loop-state'
import { evalLine, stepLine } from './metrics'
import { sameStateHash } from './ranks/alike'
import { fromFirst, ledByFirst, type Peers, together } from './ranks/peers'
import { notRecorded, recordedLossesFile, recordLosses } from './recorded-losses'
import type { RequestQueue } from './request-queue'
import { saveRun } from './run-checkpoints'
import { finish, unlessUnwritable } from './run-finish'
import type { RunReporter } from './run-reporter'
import type { EngineState, StateArrays } from './step-engine'
import type { RunResult } from './run-result'
import type { TokenBatch } from './step-engine'
import type { TrainEnd, TrainJob } from './trainer-calls'

const GOES_ON = 'Make room on that disk. The run goes on, and saves again when the next checkpoint is due.'

export class Training {
  private readonly loop: TrainLoop
  private stepsMade = 0
  /** Whether a micro-batch without a target has been warned of: once is enough, the steps' figures count them. */
  private toldOfEmpty = false
  /** The trouble with the result's folder that was reported last. */
  private resultTrouble: string | null = null

  /** @param data data whose train loader stands where the run starts */
  constructor(
    private readonly job: TrainJob,
    private readonly run: OpenRun & { asides: readonly Aside[] },
    data: DataClient,
    private readonly result: RunResult,
    private readonly requests: RequestQueue,
    private readonly reporter: RunReporter,
    private readonly peers: Peers,
  ) {
    const options = loopOptions(run, peers)
    this.loop = new TrainLoop(run.engine, data, options, this.hooks(), run.start.state, peers)
  }

  /** Trains until the run ends in one way or another. A failure does not lose the steps made before it. */
  async toTheEnd(): Promise<TrainEnd> {
    try {
      return await this.untilItEnds()
    } catch (error) {
      if (this.isWorthSaving(error)) await this.saveAfterFailure()
      throw error
    }
  }

  private async untilItEnds(): Promise<TrainEnd> {
    const { loop, requests, reporter } = this
    for (;;) {
      const outcome = await this.toTheNextStop()
      const end = outcome === 'done' ? await this.finished() : null
      if (end !== null) return end
      const isSaved = outcome !== 'done' && (await this.savedOrHeld())
      if (isSaved && outcome === 'stop') return { type: 'stopped' }
      if (!isSaved) requests.takeBackStop()
      reporter.paused(loop.state.step)
      const next = await this.afterPause()
      if (next === 'resume' && !isSaved) await this.savedOrHeld(GOES_ON)
    }
  }

  private async afterPause(): Promise<'resume' | 'stop'> {
    const answer = await ledByFirst(this.peers, async () =>
      Number((await this.requests.afterPause()) === 'resume'),
    )
    return answer === 1 ? 'resume' : 'stop'
  }

  /** Saves whenever a checkpoint is due. */
  private async toTheNextStop(): Promise<'done' | 'pause' | 'stop'> {
    for (;;) {
      const outcome = await this.loop.run()
      if (outcome !== 'save') return outcome
      await this.savedOrHeld(GOES_ON)
    }
  }

  /**
   * A rank that does not lead and fails by itself ends at once: by that the others notice. Where ranks share the
   * optimizers' state out, none can save without all others.
   */
  private isWorthSaving(error: unknown): boolean {
    if (this.peers.worldSize > 1 && this.job.config.shard_optimizer) return false
    const code = error instanceof MidbenchError ? error.code : ''
    const isWrong = code === 'train.diverged' || code === 'ranks.apart'
    return !isWrong && (this.leads || code === 'ranks.lost')
  }

  private hooks(): LoopHooks {
    const { job, requests, reporter } = this
    const microBatches = gradAccumSteps(job.config)
    return {
      request: () => requests.pending(),
      onPhase: (phase) => {
        reporter.enter(phase)
      },
      beforeStep: (step, batches) => this.record(step, batches),
      onStep: (metric, finished) => {
        reporter.report({ type: 'step', metric })
        reporter.log('info', stepLine(metric, microBatches))
        this.tellOfEmpty(metric, microBatches)
        this.stepsMade += 1
        const isRank0 = this.peers.rank === 0
        if (isRank0 && this.stepsMade === job.stopAfter && !finished) requests.put('stop')
      },
      onEval: (metric) => {
        reporter.report({ type: 'eval', metric })
        reporter.log('info', evalLine(metric.step, metric.val_bpb))
      },
    }
  }

  /** Records the losses of a step that was chosen for it. Where that fails, the run goes on. */
  private async record(step: number, batches: readonly TokenBatch[]): Promise<void> {
    const { config, runDir } = this.job
    if (!config.record_losses.includes(step)) return
    try {
      await recordLosses(this.run.engine, batches, recordedLossesFile(runDir, step, this.peers.rank))
    } catch (error) {
      this.reporter.warn(notRecorded(step, error))
    }
  }

  private tellOfEmpty({ step, empty_micro_batches: empty }: StepMetric, microBatches: number): void {
    if (this.toldOfEmpty || empty === null || empty === 0) return
    this.toldOfEmpty = true
    this.reporter.warn(
      `Step ${String(step)}: ${String(empty)} of ${String(microBatches)} micro-batches have no target that counts in the loss. They add nothing to the step's gradient. Later ones are not told here; the figure empty_micro_batches counts them.`,
    )
  }

  // -------------------------------------------------------------- saving

  /** Whether the disk holds the current state of the run. */
  private async savedOrHeld(remedy?: string): Promise<boolean> {
    if (this.isSaved()) return true
    this.reporter.enter('saving')
    const arrays = await this.exchangedState()
    await together(this.peers, () =>
      arrays === null
        ? Promise.resolve(null)
        : unlessUnwritable(() => this.save(arrays), this.reporter, remedy),
    )
    const isSaved = this.isSaved()
    // Not before rank 0 has written it: were rank 0 lost until then, this rank would have to save.
    if (isSaved && arrays === null) await this.loop.saveBy(() => Promise.resolve())
    return isSaved
  }

  /** Whether rank 0 has saved. */
  private isSaved(): boolean {
    return fromFirst(this.peers, Number(this.loop.isSaved)) === 1
  }

  /** The state, compared among the ranks; null for one that does not save it, and needs no room for it. */
  private async exchangedState(): Promise<EngineState | null> {
    const { engine } = this.run
    if (this.peers.worldSize === 1) return engine.exportState()
    const { arrays, kept } = keeping(engine.arrays())
    this.compareStates(this.leads ? arrays : engine.arrays())
    return this.leads ? kept : null
  }

  /** @throws MidbenchError `ranks.apart` */
  private compareStates(arrays: StateArrays): void {
    const { peers, loop, reporter } = this
    if (peers.worldSize === 1) return
    const { step } = loop.state
    reporter.report({ type: 'hash', step, sha256: sameStateHash(peers, arrays, step) })
  }

  private async save(arrays: EngineState): Promise<void> {
    await this.loop.saveBy((state) => this.write(state, arrays))
  }

  private get leads(): boolean {
    return this.job.rank?.leads !== false
  }

  private async write(here: LoopState, arrays: EngineState): Promise<void> {
    const state = { ...here, loader: here.loaders?.[0] ?? here.loader } // rank 0's, whichever rank saves
    const { job, reporter, run } = this
    const { model, base, groups, optimizerSteps } = run.start
    const record = { config: job.config, data: run.opened.identity }
    await this.keepFiles()
    const saved = await saveRun(job.runDir, {
      ...{ arrays, record, model, base, state },
      ...{ groups, optimizerSteps },
    })
    reporter.report({ type: 'checkpoint', step: state.step, ...saved })
    await this.tellOfResult()
  }

  /** The other ranks may be gone: nothing here waits for them. */
  private async saveAfterFailure(): Promise<void> {
    try {
      if (!this.leads) {
        this.reporter.report({ type: 'lost', step: this.loop.state.step })
        if ((await this.requests.afterPause()) === 'stop') return
      }
      if (!this.loop.isSaved) {
        this.reporter.enter('saving')
        await this.save(await this.run.engine.exportState())
      }
      this.reporter.warn(`The run is saved as of step ${String(this.loop.state.step)}.`)
    } catch (error) {
      this.reporter.log('error', `The run could not be saved: ${toFailure(error).message}`)
    }
  }

  /** Restores files where the folder was deleted during the run. */
  private async keepFiles(): Promise<void> {
    const { runDir, files } = this.job
    const missing = await writeMissing(runDir, files)
    if (missing.length === 0) return
    this.reporter.warn(`${runDir} held no ${missing.join(' and no ')} any more: written again.`)
  }

  // -------------------------------------------------------------- the result

  /** Null where it cannot be written, which is reported. */
  private async finished(): Promise<TrainEnd | null> {
    const { peers, reporter, run, loop } = this
    if (this.job.config.dry_run) this.compareStates(run.engine.arrays())
    else if (!(await this.savedOrHeld())) return null
    const made = { state: loop.state, nLayer: run.start.model.n_layer }
    const work = (): Promise<TrainEnd> => finish(peers.rank === 0 ? this.result : null, made, reporter)
    const end = await together(peers, () => unlessUnwritable(work, reporter))
    return fromFirst(peers, Number(end !== null)) === 1 ? end : null
  }

  /** Reports what will stop the result while there is time to fix it; in the log only once. */
  private async tellOfResult(): Promise<void> {
    const failure = await this.result.trouble()
    if (failure !== null) this.reporter.report({ type: 'unsaved', failure })
    const message = failure?.message ?? null
    if (message === this.resultTrouble) return
    this.resultTrouble = message
    this.reporter.log(message === null ? 'info' : 'warn', message ?? 'The result can be written again.')
  }
}

/** The arrays of a state that is gone through once, and the same arrays once that is done. */
function keeping({ parameters, optimizer }: StateArrays): { arrays: StateArrays; kept: EngineState } {
  const kept = { parameters: new Map<string, FloatArray>(), optimizer: new Map<string, FloatArray>() }
  function* through(of: StateArrays['parameters'], into: Map<string, FloatArray>) {
    for (const named of of) {
      into.set(...named)
      yield named
    }
  }
  const arrays = {
    parameters: through(parameters, kept.parameters),
    optimizer: through(optimizer, kept.optimizer),
  }
  return { arrays, kept }
}

function loopOptions(
  { config, opened, start, device, asides }: Training['run'],
  { worldSize }: Peers,
): LoopOptions {
  return {
    steps: askedSteps(config),
    gradAccumSteps: gradAccumSteps(config),
    totalBatchSize: config.total_batch_size,
    schedule: config,
    evalEvery: config.eval_every === -1 ? null : config.eval_every,
    evalBatches: evalBatches(config),
    asides,
    trainEntries: opened.tasks.train.map(({ entry }) => entry),
    trainLength: opened.trainConversations,
    valTasks: opened.tasks.val,
    saveEvery: config.save_every === -1 ? null : config.save_every,
    flopsPerToken: flopsPerToken(start.model),
    peakFlops: device.peak.flops === null ? null : device.peak.flops * worldSize,
    byteLengths: opened.byteLengths,
  }
}

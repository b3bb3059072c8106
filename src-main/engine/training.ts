/**
 * The steps of a run whose model, data and engine are open: trains with pauses, saves, and writes the result.
 *
 * When the run fails, the last complete step is saved first, unless the model has diverged or saving itself fails.
 * Where the disk is full, the run goes on and tries again at the next checkpoint; at a pause, a stop or the end it is
 * held in memory, so that nothing is lost, until there is room and it is resumed.
 */
import { askedSteps, evalBatches, gradAccumSteps } from '../config/batches'
import type { StepMetric } from '../config/run.schema'
import { MidbenchError, toFailure } from '../errors'
import { flopsPerToken } from '../model/flops'
import type { DataClient } from '../packing/data-client'
import type { OpenRun } from './announcement'
import { writeMissing } from './kept-files'
import { type Aside, type LoopHooks, type LoopOptions, type LoopState, TrainLoop } from './loop'
import { evalLine, stepLine } from './metrics'
import type { RequestQueue } from './request-queue'
import { saveRun } from './run-checkpoints'
import { finish, unlessUnwritable } from './run-finish'
import type { RunReporter } from './run-reporter'
import type { RunResult } from './run-result'
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
  ) {
    this.loop = new TrainLoop(run.engine, data, loopOptions(run), this.hooks(), run.start.state)
  }

  /** Trains until the run ends in one way or another. */
  async toTheEnd(): Promise<TrainEnd> {
    const { loop, requests, reporter } = this
    for (;;) {
      const outcome = await this.toTheNextStop()
      const end = outcome === 'done' ? await unlessUnwritable(() => this.finish(), reporter) : null
      if (end !== null) return end
      const isSaved = outcome !== 'done' && (await this.savedOrHeld())
      if (isSaved && outcome === 'stop') return { type: 'stopped' }
      if (!isSaved) requests.takeBackStop()
      reporter.paused(loop.state.step)
      const next = await requests.afterPause()
      if (next === 'resume' && !isSaved) await this.savedOrHeld(GOES_ON)
    }
  }

  /** Saves whenever a checkpoint is due. A failure does not lose the steps made before it. */
  private async toTheNextStop(): Promise<'done' | 'pause' | 'stop'> {
    try {
      for (;;) {
        const outcome = await this.loop.run()
        if (outcome !== 'save') return outcome
        await this.savedOrHeld(GOES_ON)
      }
    } catch (error) {
      const diverged = error instanceof MidbenchError && error.code === 'train.diverged'
      if (!diverged) await this.saveAfterFailure()
      throw error
    }
  }

  private hooks(): LoopHooks {
    const { job, requests, reporter } = this
    const microBatches = gradAccumSteps(job.config)
    return {
      request: () => requests.pending(),
      onPhase: (phase) => {
        reporter.enter(phase)
      },
      onStep: (metric, finished) => {
        reporter.report({ type: 'step', metric })
        reporter.log('info', stepLine(metric, microBatches))
        this.tellOfEmpty(metric, microBatches)
        this.stepsMade += 1
        if (this.stepsMade === job.stopAfter && !finished) requests.put('stop')
      },
      onEval: (metric) => {
        reporter.report({ type: 'eval', metric })
        reporter.log('info', evalLine(metric.step, metric.val_bpb))
      },
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
    await unlessUnwritable(() => this.save(), this.reporter, remedy)
    return this.loop.isSaved
  }

  private async save(): Promise<void> {
    if (this.loop.isSaved) return
    this.reporter.enter('saving')
    await this.loop.saveBy((state) => this.write(state))
  }

  private async write(state: LoopState): Promise<void> {
    const { job, reporter, run } = this
    const { model, base, groups, optimizerSteps } = run.start
    const record = { config: job.config, data: run.opened.identity }
    await this.keepFiles()
    const saved = await saveRun(job.runDir, {
      ...{ engine: run.engine, record, model, base, state },
      ...{ groups, optimizerSteps },
    })
    reporter.report({ type: 'checkpoint', step: state.step, ...saved })
    await this.tellOfResult()
  }

  private async saveAfterFailure(): Promise<void> {
    try {
      await this.save()
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

  private async finish(): Promise<TrainEnd> {
    if (!this.job.config.dry_run) await this.save()
    const nLayer = this.run.start.model.n_layer
    return finish(this.result, { state: this.loop.state, nLayer }, this.reporter)
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

function loopOptions({ config, opened, start, device, asides }: Training['run']): LoopOptions {
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
    peakFlops: device.peak.flops,
    byteLengths: opened.byteLengths,
  }
}

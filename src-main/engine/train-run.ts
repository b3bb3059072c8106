/**
 * A run in the trainer thread: opens what it needs, trains with pauses, saves, and leaves nanochat's files at the end, made
 * from what is saved. A run whose steps are all made only does the last.
 *
 * When it fails, the last complete step is saved first, unless the model has diverged or saving itself fails. Where the
 * disk takes no more, it goes on and tries at the next checkpoint; a pause, a stop or the end holds it in memory, so that
 * nothing is lost, until there is room and it is told to go on.
 */
import type { MessagePort } from 'node:worker_threads'

import { resolveBaseFolder } from '../checkpoint/base-folder'
import { type Failure, MidbenchError, toFailure } from '../errors'
import { flopsPerToken } from '../model/flops'
import { initParameters } from '../model/init'
import { peakMemory } from '../native/process-memory'
import type { DataClient } from '../packing/data-client'
import type { OpenedData } from '../packing/data-calls'
import type { PackingFacts } from '../packing/packing-facts.schema'
import type { TellingContext } from '../threads/calls'
import { askedSteps, evalBatches, gradAccumSteps } from '../config/batches'
import type { LogLine } from '../config/run.schema'
import { firstLines, type OpenRun, prepared } from './announcement'
import { type Device, openDevice } from './device'
import { openData, openEngine, reportedCall, requireSameVocabulary } from './job-context'
import { writeMissing } from './kept-files'
import { isUnwritable, type LoopHooks, type LoopOptions, TrainLoop } from './loop'
import { evalLine, stepLine } from './metrics'
import type { RequestQueue } from './request-queue'
import { type CheckpointSource, saveRun } from './run-checkpoints'
import { type FinishedRun, finishedRun, resultFolder, RunResult } from './run-result'
import { findStart, keepToData, type RunStart } from './run-start'
import type { StepEngine } from './step-engine'
import type { TrainEnd, TrainerPhase, TrainJob, TrainReport } from './trainer-calls'

/** Batches ordered beyond those of the step in hand. */
const BATCHES_AHEAD = 2
const GOES_ON = 'Make room on that disk. The run goes on, and saves again when the next checkpoint is due.'
const HOLDS =
  'Make room on that disk, then resume: the run is held in memory, and nothing is lost while Midbench stays open.'

export class TrainRun {
  private readonly gradAccumSteps: number
  /** null = one epoch. */
  private readonly steps: number | null
  private readonly evalBatches: number
  private phase: TrainerPhase | null = null
  private compilesFor: TrainerPhase | null = null
  private stepsMade = 0
  /** What was last said of the result's place. */
  private resultTrouble: string | null = null

  constructor(
    private readonly job: TrainJob,
    private readonly requests: RequestQueue,
    private readonly context: TellingContext<TrainReport>,
  ) {
    const { config } = job
    this.gradAccumSteps = gradAccumSteps(config)
    this.steps = askedSteps(config)
    this.evalBatches = evalBatches(config)
  }

  /** @param port to the data thread */
  async run(port: MessagePort): Promise<TrainEnd> {
    this.enter('preparing')
    const finished = this.job.resume ? await finishedRun(this.job) : null
    if (finished !== null) return this.finishAgain(finished)
    const { config, locations } = this.job
    const folders = await resolveBaseFolder(locations.baseDir, locations.dataDir, initParameters)
    const call = reportedCall({ ...this.context, signal: this.requests.stopSignal })
    const { data, opened } = await openData(port, config, locations, call)
    const asked = { batches_per_step: this.gradAccumSteps, num_iterations: this.steps }
    const facts = await data.facts(asked, call)
    this.requireOneStep(facts)
    const { start, device, engine } = await this.openEngine(folders.readFrom, opened)
    try {
      await keepToData(this.job.runDir, opened.identity, start, (text) => {
        this.log('warn', text)
      })
      await this.orderBatches(data, start)
      this.announce({ config, start, opened, facts, device, engine: engine.name })
      const result = this.resultIn(folders.writeTo)
      await result.announce(start.model)
      const loop = this.makeLoop(engine, data, start, opened, device, result)
      return await this.train(loop, async () => {
        if (!config.dry_run) await loop.saveUnlessSaved()
        return this.finish(result, { state: loop.state, nLayer: start.model.n_layer })
      })
    } finally {
      engine.dispose()
      await data.close()
    }
  }

  // -------------------------------------------------------------- training

  /** Runs the loop with its pauses until the run ends one way or another. */
  private async train(loop: TrainLoop, finish: () => Promise<TrainEnd>): Promise<TrainEnd> {
    for (;;) {
      const outcome = await this.runOrSave(loop)
      const end = outcome === 'done' ? await this.unlessUnwritable(finish) : null
      if (end !== null) return end
      const saved = outcome !== 'done' && (await this.savedBy(() => loop.saveUnlessSaved()))
      if (saved && outcome === 'stop') return { type: 'stopped' }
      if (!saved) this.requests.takeBackStop()
      this.report({ type: 'paused', step: loop.state.step })
      const next = await this.requests.afterPause()
      if (next === 'resume' && !saved) await this.savedBy(() => loop.saveUnlessSaved(), GOES_ON)
      if (next === 'resume') this.phase = null // so that the next phase is reported whatever it is
    }
  }

  /** Whether the disk took it. */
  private async savedBy(save: () => Promise<void>, remedy = HOLDS): Promise<boolean> {
    const done = async (): Promise<true> => (await save(), true)
    return (await this.unlessUnwritable(done, remedy)) ?? false
  }

  /** What the work gives; null where the disk did not take it, which is reported. */
  private async unlessUnwritable<T>(work: () => Promise<T>, remedy = HOLDS): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      if (!isUnwritable(error)) throw error
      this.unsaved(error.code === 'result.write' ? error.toFailure() : { ...error.toFailure(), remedy })
      return null
    }
  }

  private unsaved(failure: Failure): void {
    this.report({ type: 'unsaved', failure })
    this.log('warn', failure.message)
  }

  /** A failure does not lose the steps before it. */
  private async runOrSave(loop: TrainLoop): Promise<'done' | 'pause' | 'stop'> {
    try {
      return await loop.run()
    } catch (error) {
      const diverged = error instanceof MidbenchError && error.code === 'train.diverged'
      if (!diverged) await this.saveAfterFailure(loop)
      throw error
    }
  }

  private async saveAfterFailure(loop: TrainLoop): Promise<void> {
    try {
      await loop.saveUnlessSaved()
      this.log('warn', `The run is saved as of step ${String(loop.state.step)}.`)
    } catch (error) {
      this.log('error', `The run could not be saved: ${toFailure(error).message}`)
    }
  }

  private makeLoop(
    engine: StepEngine,
    data: DataClient,
    start: RunStart,
    opened: OpenedData,
    device: Device,
    result: RunResult,
  ): TrainLoop {
    const { config } = this.job
    const options: LoopOptions = {
      steps: this.steps,
      gradAccumSteps: this.gradAccumSteps,
      totalBatchSize: config.total_batch_size,
      evalEvery: config.eval_every === -1 ? null : config.eval_every,
      evalBatches: this.evalBatches,
      valTasks: opened.tasks.val,
      saveEvery: config.save_every === -1 ? null : config.save_every,
      flopsPerToken: flopsPerToken(start.model),
      peakFlops: device.peak.flops,
      byteLengths: opened.byteLengths,
    }
    const loop: TrainLoop = new TrainLoop(
      engine,
      data,
      options,
      this.hooks(result, () => this.source(engine, start, opened, loop)),
      start.state,
    )
    return loop
  }

  private hooks(result: RunResult, source: () => CheckpointSource): LoopHooks {
    return {
      request: () => this.requests.pending(),
      onPhase: (phase) => {
        this.enter(phase)
      },
      onStep: (metric) => {
        this.report({ type: 'step', metric })
        this.log('info', stepLine(metric, this.gradAccumSteps))
        this.stepsMade += 1
        if (this.stepsMade === this.job.stopAfter && !source().state.finished) this.requests.put('stop')
      },
      onEval: (metric) => {
        this.report({ type: 'eval', metric })
        this.log('info', evalLine(metric.step, metric.val_bpb))
      },
      save: async () => {
        const { step } = source().state
        await this.keepFiles()
        this.report({ type: 'checkpoint', step, ...(await saveRun(this.job.runDir, source())) })
        await this.tellOfResult(result)
      },
      onUnsaved: (failure) => {
        this.unsaved({ ...failure, remedy: GOES_ON })
      },
    }
  }

  private source(
    engine: StepEngine,
    { model, base }: RunStart,
    { identity }: OpenedData,
    { state }: TrainLoop,
  ): CheckpointSource {
    return { engine, record: { config: this.job.config, data: identity }, model, base, state }
  }

  /** The folder may have been deleted under the run. */
  private async keepFiles(): Promise<void> {
    const missing = await writeMissing(this.job.runDir, this.job.files)
    if (missing.length === 0) return
    this.log('warn', `${this.job.runDir} held no ${missing.join(' and no ')} any more: written again.`)
  }

  // -------------------------------------------------------------- the result

  private resultIn(writeTo: string): RunResult {
    return new RunResult(this.job, writeTo, (level, text) => {
      this.log(level, text)
    })
  }

  /** What will stop the result is said while there is time to mend it; in the log once. */
  private async tellOfResult(result: RunResult): Promise<void> {
    const failure = await result.trouble()
    if (failure !== null) this.report({ type: 'unsaved', failure })
    const message = failure?.message ?? null
    if (message === this.resultTrouble) return
    this.resultTrouble = message
    this.log(message === null ? 'info' : 'warn', message ?? 'The result can be written again.')
  }

  /** nanochat's files, unless it is a dry run. */
  private async finish(result: RunResult, { state, nLayer }: FinishedRun): Promise<TrainEnd> {
    const { step, bestBpb, trainingTimeS } = state
    this.enter('saving')
    const checkpointDir = await result.write(step, { n_layer: nLayer })
    const outcome = { baseDir: result.writeTo, checkpointDir, bestBpb, trainingTimeS }
    return { type: 'done', step, outcome: { ...outcome, peakMemoryBytes: peakMemory() ?? 0 } }
  }

  /** All steps were made before: what is left needs no model and no data. */
  private async finishAgain(finished: FinishedRun): Promise<TrainEnd> {
    const result = this.resultIn(await resultFolder(this.job))
    this.log(
      'info',
      `All ${String(finished.state.step)} steps are made: the result is written from the last checkpoint.`,
    )
    for (;;) {
      const end = await this.unlessUnwritable(() => this.finish(result, finished))
      if (end !== null) return end
      this.report({ type: 'paused', step: finished.state.step })
      if ((await this.requests.afterPause()) === 'stop') return { type: 'stopped' }
    }
  }

  // -------------------------------------------------------------- beginning

  private requireOneStep({ epoch_steps: epochSteps }: PackingFacts): void {
    if (this.steps !== null || epochSteps > 0) return
    throw new MidbenchError({
      code: 'run.no-step',
      message: `The mixture does not fill one step of ${this.job.config.total_batch_size.toLocaleString('en-US')} tokens.`,
      remedy: 'Lower total_batch_size, add conversations, or set num_iterations.',
    })
  }

  /** The engine with what the run starts from. The arrays it was given are not kept. */
  private async openEngine(
    baseDir: string,
    opened: OpenedData,
  ): Promise<{ start: RunStart; device: Device; engine: StepEngine }> {
    const { config, threads } = this.job
    const { parameters, optimizer, ...start } = await findStart(this.job, baseDir, (text) => {
      this.log('warn', text)
    })
    requireSameVocabulary(start.model, opened.vocabSize, start.from)
    const device = await openDevice(config, threads)
    const weights = { parameters, optimizer }
    const engine = await openEngine(config, start.model, weights, device, (what, seconds) => {
      this.compiling(what, seconds)
    })
    return { start, device, engine }
  }

  private async orderBatches(data: DataClient, { state }: RunStart): Promise<void> {
    const totalBatches = this.steps === null ? {} : { totalBatches: this.steps * this.gradAccumSteps }
    const ahead = this.gradAccumSteps + BATCHES_AHEAD
    await data.startTrain(state.loader ?? undefined, { ...totalBatches, ahead })
  }

  private announce(run: OpenRun): void {
    this.report({ type: 'prepared', prepared: prepared(run) })
    for (const line of firstLines(run)) this.log('info', line)
  }

  /** The phase that was interrupted comes back once the compiling is done. */
  private compiling(what: string, seconds: number | null): void {
    if (seconds === null) {
      this.compilesFor = this.phase
      this.enter('compiling')
      return
    }
    this.report({ type: 'compiled', seconds })
    this.log('info', `Compiled ${what} in ${seconds.toFixed(1)} s`)
    if (this.compilesFor !== null) this.enter(this.compilesFor)
  }

  private enter(phase: TrainerPhase): void {
    if (this.phase === phase) return
    this.phase = phase
    this.report({ type: 'phase', phase })
  }

  private report(report: TrainReport): void {
    this.context.tell(report)
  }

  private log(level: LogLine['level'], text: string): void {
    this.report({ type: 'log', line: { at: Date.now(), level, text } })
  }
}

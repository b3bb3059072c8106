/**
 * A run with its trainer (a thread or a process): hands requests to the trainer, and turns its reports into what the
 * store, the log file and the listeners are told.
 *
 * While the run is active, the store is written here and nowhere else, through the run's journal. The run ends in one
 * of the states at rest; a paused run keeps its threads, and so its state in memory, until it is resumed, stopped or
 * released.
 */
import { appendFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { type Failure, toFailure } from '../errors'
import type {
  Outcome,
  Prepared,
  RunRequest,
  Trainer,
  TrainEnd,
  TrainJob,
  TrainReport,
} from '../engine/trainer-calls'
import { Ended } from '../threads/calls'
import { hasBfloat16 } from '../processor'
import { differences } from './differences'
import { MetricsBatcher, type MetricsBatch } from './metrics-batcher'
import { nothingKnown, preflight } from './preflight'
import type { Finding } from './preflight.schema'
import { REPORT_LINE, RESULT_LINE } from '../config/run-lines'
import { hasReport, reportSection, writeReport } from './report'
import type { RanksNow } from '../config/rank-status.schema'
import type { LogLine, RunState, RunSummary } from '../config/run.schema'
import type { RunEvent } from './run-events'
import { RunLoggers } from './loggers/run-loggers'
import type { RunJournal } from './run-journal'
import { crashed, type Standing } from './run-errors'
import { pausesOf, TimeLeft } from './time-left'

/** States in which a run needs no threads any more. */
const OVER: readonly RunState[] = ['stopped', 'done', 'failed', 'interrupted']

export class ActiveRun {
  state: RunState = 'preparing'
  /** What its ranks are doing; null where one trains alone. */
  ranks: RanksNow | null = null
  private readonly batcher = new MetricsBatcher((batch) => {
    this.publish(batch)
  })
  private readonly loggers = new RunLoggers((level, text) => {
    this.log(level, text)
  })
  private readonly timeLeft: TimeLeft
  private totalSteps: number | null = null
  private step = 0
  /** Step of the last whole checkpoint; null where there is none. */
  private savedStep: number | null = null
  private readonly warned = new Set<string>()
  /** Everything that the run needs has been read, so a later failure is not the input's fault. */
  private isPrepared = false
  /** The trainer is being ended on purpose: that it ends is no failure. */
  private isReleased = false
  private logFile: Promise<void> = Promise.resolve()
  /** Loggers that finish before the run is at rest. */
  private ending: Promise<void> = Promise.resolve()

  constructor(
    readonly id: string,
    private readonly job: TrainJob,
    private readonly trainer: Trainer,
    private readonly journal: RunJournal,
    private readonly emit: (event: RunEvent) => void,
    /** Number of the run's last `metrics` event; 0 before the first. */
    public seq = 0,
  ) {
    this.timeLeft = new TimeLeft(pausesOf(job.config))
    void this.train()
  }

  pause(): void {
    this.enter('pausing')
    this.request('pause')
  }

  resume(): void {
    this.enter('training')
    this.request('resume')
  }

  stop(): void {
    this.enter('stopping')
    this.request('stop')
  }

  /** Keeps the preflight's warnings in the log, each once. */
  warn(findings: readonly Finding[]): void {
    for (const { level, path, message, remedy, install } of findings) {
      if (level !== 'warn' || this.warned.has(message)) continue
      if (install !== undefined) continue // the logger that lacks it says so itself
      this.warned.add(message)
      const text = remedy === undefined ? message : `${message} ${remedy}`
      this.log('warn', path === '' ? text : `${path}: ${text}`)
    }
  }

  /** Keeps in the log what was said of the run before it began. */
  say(findings: readonly Finding[]): void {
    for (const { level, message } of findings) if (level === 'ok') this.log('info', message)
  }

  /** Passes on the metrics that are waiting, so that the store holds all there are. */
  flush(): void {
    this.batcher.flush()
  }

  /**
   * Ends the threads. A paused run stays paused, from its checkpoint; one in progress is interrupted and loses what its
   * last checkpoint does not hold.
   */
  async release(): Promise<void> {
    await this.ending
    this.isReleased = true
    this.flush()
    await Promise.all([this.trainer.close(), this.loggers.end(this.state)])
    this.flush()
    await this.logFile
    if (OVER.includes(this.state)) return
    if (this.state !== 'paused') this.state = 'interrupted'
    this.emitChanged(this.journal.update({ state: this.state, owner: null }))
  }

  // -------------------------------------------------------------- the trainer

  /** Hands the job to the trainer, and listens until the job ends. */
  private async train(): Promise<void> {
    const { id, trainer, job } = this
    try {
      const end = await trainer.call('train', job, {
        onEvent: (report) => {
          if (!this.isReleased) this.receive(report)
        },
        onProgress: (progress) => {
          if (!this.isReleased) this.emit({ type: 'progress', runId: id, ...progress })
        },
      })
      if (!this.isReleased) await this.finish(end)
    } catch (error) {
      if (this.isReleased) return
      const failure = toFailure(error)
      if (error instanceof Ended) await this.end('interrupted', crashed(failure, this.stands()))
      else await this.end('failed', failure)
    }
  }

  private request(request: RunRequest): void {
    this.trainer.call('request', request).catch(() => undefined) // a trainer's end reports its own failure
  }

  private receive(report: TrainReport): void {
    switch (report.type) {
      case 'phase':
        this.enterPhase(report.phase)
        return
      case 'prepared':
        this.prepared(report.prepared)
        return
      case 'step':
        this.step = report.metric.step
        this.timeLeft.addStep(report.metric)
        this.batcher.addStep(report.metric)
        return
      case 'compiled':
        this.timeLeft.compiled(report.seconds)
        return
      case 'eval':
      case 'sample':
      case 'measure':
        this.addBetweenSteps(report)
        return
      case 'log':
        this.batcher.addLog(report.line)
        return
      case 'checkpoint':
        this.saved(report)
        return
      case 'hash':
      case 'ranks':
        this.tellOfRanks(report)
        return
      case 'unsaved':
        this.emitChanged(this.journal.update({ error: report.failure }))
        return
      case 'paused':
        this.enter('paused')
        return
      default: // told by ranks to whoever holds them together
    }
  }

  private tellOfRanks(report: Extract<TrainReport, { type: 'hash' | 'ranks' }>): void {
    if (report.type === 'ranks') this.ranks = { ranks: report.ranks, loss: report.loss }
    this.emit({ ...report, runId: this.id })
  }

  private saved({ step, dir, kept }: Extract<TrainReport, { type: 'checkpoint' }>): void {
    this.savedStep = step
    this.flush()
    this.loggers.saved()
    this.emit({ type: 'checkpoint', runId: this.id, step, dir })
    this.emitChanged(this.journal.update({ checkpoints: kept, error: null }))
  }

  /** Keeps what was made between two steps. */
  private addBetweenSteps(report: Extract<TrainReport, { type: 'eval' | 'sample' | 'measure' }>): void {
    this.timeLeft.add(report.type, report.metric)
    if (report.type === 'eval') this.batcher.addEval(report.metric)
    else if (report.type === 'sample') this.batcher.addSample(report.metric)
    else this.batcher.addMeasure(report.metric)
  }

  /** While a request is being carried out, its state stays on show. */
  private enterPhase(phase: RunState): void {
    const asked = this.state === 'pausing' || this.state === 'stopping'
    if (!asked || phase === 'saving') this.enter(phase)
  }

  private prepared({ model, device, totalSteps, step, facts }: Prepared): void {
    const again = this.job.resume || this.isPrepared // ranks that were lost begin again from a checkpoint
    this.isPrepared = true
    this.totalSteps = totalSteps
    this.step = step
    this.savedStep = step === 0 ? null : step
    this.flush()
    if (again) this.journal.truncateAfter(step)
    const { config } = this.job
    const known = { ...nothingKnown, packing: facts, device, bfloat16: hasBfloat16() }
    this.warn(preflight(config, known).findings)
    const run = this.journal.update({
      model,
      device,
      total_steps: totalSteps,
      differences: differences(config, device),
    })
    this.emitChanged(run)
    const { runDir: dir, locations } = this.job
    const { flops_per_token: flopsPerToken } = model
    const logged = { id: this.id, name: run.name, dir, dataDir: locations.dataDir }
    this.loggers.begin({ ...logged, config, flopsPerToken, device, step })
  }

  /** Writes the report's section of a run that is done, then ends. */
  private async finish(end: TrainEnd): Promise<void> {
    if (end.type === 'done') {
      const { step, outcome } = end
      this.logOutcome(outcome)
      this.flush()
      if (outcome.checkpointDir !== null) await this.report(step, outcome, outcome.checkpointDir)
    }
    await this.end(end.type)
  }

  private async report(steps: number, { baseDir, bestBpb }: Outcome, dir: string): Promise<void> {
    this.emit({ type: 'checkpoint', runId: this.id, step: steps, dir, result: true })
    if (!hasReport(this.job.config)) return
    const text = reportSection(this.job.config, {
      steps,
      minimumValBpb: bestBpb,
      ...this.journal.lastAsked(),
    })
    const path = await writeReport(baseDir, { runId: this.id, tag: basename(dir), text })
    this.log('info', `${REPORT_LINE}${path}`)
  }

  private logOutcome(outcome: Outcome): void {
    const mebibytes = outcome.peakMemoryBytes / 1024 / 1024
    this.log('info', `Peak memory usage: ${mebibytes.toFixed(2)}MiB`)
    this.log('info', `Total training time: ${(outcome.trainingTimeS / 60).toFixed(2)}m`)
    if (outcome.bestBpb !== null) this.log('info', `Minimum validation bpb: ${outcome.bestBpb.toFixed(4)}`)
    if (outcome.checkpointDir !== null) this.log('info', `${RESULT_LINE}${outcome.checkpointDir}`)
  }

  private async end(
    state: 'stopped' | 'done' | 'failed' | 'interrupted',
    error: Failure | null = null,
  ): Promise<void> {
    if (error !== null) this.log('error', error.message)
    this.flush()
    this.ending = this.loggers.end(state)
    await this.ending
    this.flush()
    this.state = state
    this.emitChanged(this.journal.update({ state, error: error ?? null, owner: null }))
    if (state === 'failed' && error !== null && this.isRefused(error)) {
      this.emit({ type: 'refused', runId: this.id, failure: error })
    } else this.emit({ type: 'rest', runId: this.id, state })
  }

  /** How far the run has got; null where nothing has changed since this start. */
  private stands(): Standing | null {
    if (!this.isPrepared && this.job.resume) return null
    return { step: this.step, savedStep: this.savedStep }
  }

  /** Whether a new run's input could not be read. A fault of Midbench itself is kept, with its log. */
  private isRefused({ code }: Failure): boolean {
    return !this.isPrepared && !this.job.resume && code !== 'internal'
  }

  // -------------------------------------------------------------- what others see

  /** Tells listeners how the store is: what its trouble is, or that everything is written again. */
  tellOfStore(trouble: Failure | null): void {
    if (trouble) this.log('warn', trouble.message)
    else this.log('info', 'The run store can be written again, and holds all that waited for it.')
    this.emitChanged(this.journal.update({}))
  }

  private enter(state: RunState): void {
    if (this.state === state) return
    this.flush()
    this.state = state
    this.emitChanged(this.journal.update({ state }))
    if (state === 'paused') this.emit({ type: 'rest', runId: this.id, state })
  }

  private log(level: LogLine['level'], text: string): void {
    this.batcher.addLog({ at: Date.now(), level, text })
  }

  private publish(batch: MetricsBatch): void {
    this.journal.append(batch)
    this.loggers.add(batch)
    this.appendToFile(batch.log)
    this.seq += 1
    this.emit({
      type: 'metrics',
      metrics: {
        runId: this.id,
        seq: this.seq,
        state: this.state,
        ...batch,
        seconds_left: this.timeLeft.seconds(this.totalSteps),
      },
    })
  }

  /** The log file is for people; the store has the same lines, so a full disk stops nothing here. */
  private appendToFile(lines: readonly LogLine[]): void {
    if (lines.length === 0) return
    const text = lines
      .map((line) => `${line.level === 'info' ? '' : `${line.level}: `}${line.text}\n`)
      .join('')
    const path = join(this.job.runDir, 'log.txt')
    this.logFile = this.logFile.then(() => appendFile(path, text)).catch(() => undefined)
  }

  private emitChanged(run: RunSummary): void {
    this.emit({ type: 'changed', run })
  }
}

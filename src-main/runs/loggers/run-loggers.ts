/**
 * Hands a run's figures to the loggers that its config names. To add a logger: its name in config/loggers.schema.ts, a
 * file that implements RunLogger, and a line in the table below.
 */
import { LOGGER_TITLES, type LoggerName } from '../../config/loggers.schema'
import type { RunState } from '../../config/run.schema'
import { reasonOf } from '../../system-error'
import type { MetricsBatch } from '../metrics-batcher'
import { FigureRows } from './figure-rows'
import { PythonLogger } from './python/python-logger'
import type { LoggedRun, RunLogger, SayOfLogger } from './run-logger'
import { openTensorboard } from './tensorboard/tensorboard-logger'

type OpenLogger = (run: LoggedRun, say: SayOfLogger) => RunLogger

const OPEN: Readonly<Record<LoggerName, OpenLogger>> = {
  tensorboard: openTensorboard,
  wandb: (run, say) => new PythonLogger('wandb', run, say),
  trackio: (run, say) => new PythonLogger('trackio', run, say),
}

export class RunLoggers {
  private readonly loggers = new Map<LoggerName, RunLogger>()
  private rows: FigureRows | null = null

  constructor(private readonly say: SayOfLogger) {}

  /** Opens the loggers, once it is known what the run is. */
  begin(run: LoggedRun): void {
    this.rows = new FigureRows(run.config, run.flopsPerToken, run.step)
    for (const name of new Set(run.config.loggers)) {
      this.guard(name, () => this.loggers.set(name, OPEN[name](run, this.say)))
    }
  }

  /** Everything by step: what was made at step s comes after step s. */
  add({ steps, evals, samples, measures }: Omit<MetricsBatch, 'log'>): void {
    const { rows } = this
    if (rows === null || this.loggers.size === 0) return
    const each: { step: number; give: (logger: RunLogger) => void }[] = []
    for (const one of steps) each.push({ step: one.step, give: (to) => to.figures(rows.ofStep(one)) })
    for (const one of evals) each.push({ step: one.step, give: (to) => to.figures(rows.ofEval(one)) })
    for (const one of samples) each.push({ step: one.step, give: (to) => to.answers(one) })
    for (const one of measures) each.push({ step: one.step, give: (to) => to.figures(rows.ofMeasure(one)) })
    for (const { give } of each.sort((a, b) => a.step - b.step)) this.each(give)
  }

  /** The run has been saved. */
  saved(): void {
    this.each((logger) => logger.saved())
  }

  /** Waits, for a bounded time, until the loggers have written everything. Never rejects. */
  async end(state: RunState): Promise<void> {
    const ending = [...this.loggers].map(([name, logger]) =>
      logger.end(state).catch((error: unknown) => this.drop(name, error)),
    )
    this.loggers.clear()
    await Promise.all(ending)
  }

  private each(give: (logger: RunLogger) => void): void {
    for (const [name, logger] of this.loggers) this.guard(name, () => give(logger))
  }

  /** A fault in a logger is not the run's. */
  private guard(name: LoggerName, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.drop(name, error)
    }
  }

  private drop(name: LoggerName, error: unknown): void {
    this.loggers.delete(name)
    this.say('warn', `${LOGGER_TITLES[name]} gets no more of this run: ${reasonOf(error)}.`)
  }
}

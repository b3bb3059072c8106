/**
 * The run store's metrics: the steps, evaluations, answers, measurements and log of every run, and what is drawn from
 * them in one look.
 *
 * Guarantees: metrics survive a kill of the process as soon as a method returns. Costs: a batch of them some 0.1 ms,
 * reading them 4 µs a step.
 */
import { afterStep } from '../config/after-step'
import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import type { EvalMetric, LogLine, StepMetric } from '../config/run.schema'
import { durably, inTransaction } from './store-database'
import {
  EVAL_COLUMNS,
  EVAL_SELECT,
  evalValues,
  LOG_COLUMNS,
  LOG_SELECT,
  MEASURE_COLUMNS,
  MEASURE_SELECT,
  measureValues,
  SAMPLE_COLUMNS,
  SAMPLE_SELECT,
  sampleValues,
  STEP_COLUMNS,
  STEP_SELECT,
  readEval,
  readLogLine,
  readMeasure,
  readNumber,
  readSample,
  readStep,
  type SqlValue,
  stepValues,
} from './store-rows'
import { StoreStatements } from './store-statements'

/** Number of points in a run's spark line. */
const SPARK_POINTS = 60
/** A run's speed is taken from its last steps, at most so many. */
const MOST_TIMED = 21

export class StoreMetrics extends StoreStatements {
  /** Stores steps, in order, and updates the run's summary to the last of them. A step stored before is replaced. */
  appendSteps(id: string, steps: readonly StepMetric[]): void {
    const last = steps.at(-1)
    if (!last) return
    inTransaction(this.db, () => {
      this.set(id, afterStep(last))
      for (const step of steps) {
        this.insert('INSERT OR REPLACE', 'steps', ['run_id', ...STEP_COLUMNS], [id, ...stepValues(step)])
      }
    })
  }

  /** Stores evaluations, and the best of them as the run's `best_val_bpb`. */
  appendEvals(id: string, evals: readonly EvalMetric[]): void {
    inTransaction(this.db, () => {
      this.set(id, {})
      for (const each of evals) {
        this.insert('INSERT OR REPLACE', 'evals', ['run_id', ...EVAL_COLUMNS], [id, ...evalValues(each)])
      }
      this.set(id, { best_val_bpb: this.bestBpb(id) })
    })
  }

  /** Stores answers to a run's prompts; those stored of the same step are replaced. */
  appendSamples(id: string, samples: readonly SampleMetric[]): void {
    this.replace(id, 'samples', SAMPLE_COLUMNS, samples.map(sampleValues))
  }

  /** Stores measurements; those stored of the same step are replaced. */
  appendMeasures(id: string, measures: readonly MeasureMetric[]): void {
    this.replace(id, 'measures', MEASURE_COLUMNS, measures.map(measureValues))
  }

  appendLog(id: string, lines: readonly LogLine[]): void {
    inTransaction(this.db, () => {
      this.set(id, {})
      for (const line of lines) {
        this.insert('INSERT', 'log', ['run_id', ...LOG_COLUMNS], [id, line.at, line.level, line.text])
      }
    })
  }

  /**
   * Steps from `fromStep` on, ascending. A long history can be read in slices, so as not to hold the thread up.
   *
   * @param limit at most so many
   */
  steps(id: string, fromStep: number, limit = -1): StepMetric[] {
    const sql = `SELECT ${STEP_SELECT.join(', ')} FROM steps WHERE run_id = ? AND step >= ? ORDER BY step LIMIT ?`
    return this.prepare(sql, true).all([id, fromStep, limit]).map(readStep)
  }

  /** Evaluations from `fromStep` on, ascending. */
  evals(id: string, fromStep: number): EvalMetric[] {
    return this.since(id, 'evals', EVAL_SELECT, fromStep).map(readEval)
  }

  /** Answers from `fromStep` on, ascending. */
  samples(id: string, fromStep: number): SampleMetric[] {
    return this.since(id, 'samples', SAMPLE_SELECT, fromStep).flatMap(readSample)
  }

  /** Measurements from `fromStep` on, ascending. */
  measures(id: string, fromStep: number): MeasureMetric[] {
    return this.since(id, 'measures', MEASURE_SELECT, fromStep).flatMap(readMeasure)
  }

  /** The last `last` lines of the log, the oldest of them first. */
  log(id: string, last: number): LogLine[] {
    const sql = `SELECT ${LOG_SELECT.join(', ')} FROM log WHERE run_id = ? ORDER BY id DESC LIMIT ?`
    return this.prepare(sql).all([id, last]).map(readLogLine).reverse()
  }

  /**
   * Deletes what came after a step and sets the run back to that step: a resume from a checkpoint does this first,
   * since it makes those steps again. The log keeps its lines.
   */
  truncateAfter(id: string, step: number): void {
    durably(this.db, () => {
      for (const table of ['steps', 'evals', 'samples', 'measures']) {
        this.run(`DELETE FROM ${table} WHERE run_id = ? AND step > ?`, [id, step])
      }
      const last = this.steps(id, step, 1)[0]
      const atStart = { step, progress: 0, last_loss: null, tok_per_sec: null, training_time_s: 0 }
      this.set(id, { ...(last ? afterStep(last) : atStart), best_val_bpb: this.bestBpb(id) })
    })
  }

  /** The median speed of a run's last steps, tokens a second; NaN where it has none. */
  protected medianSpeed(id: string): number {
    const sql = 'SELECT tok_per_sec FROM steps WHERE run_id = ? ORDER BY step DESC LIMIT ?'
    const last = this.prepare(sql, true).all([id, MOST_TIMED]).map(readNumber)
    return last.sort((a, b) => a - b)[last.length >> 1] ?? NaN
  }

  private replace(
    id: string,
    table: string,
    columns: readonly string[],
    rows: readonly (readonly SqlValue[])[],
  ): void {
    inTransaction(this.db, () => {
      this.set(id, {})
      for (const row of rows) this.insert('INSERT OR REPLACE', table, ['run_id', ...columns], [id, ...row])
    })
  }

  private since(id: string, table: string, select: readonly string[], fromStep: number): unknown[] {
    const sql = `SELECT ${select.join(', ')} FROM ${table} WHERE run_id = ? AND step >= ? ORDER BY step`
    return this.prepare(sql, true).all([id, fromStep])
  }

  private bestBpb(id: string): number | null {
    const best = readNumber(this.prepare('SELECT min(val_bpb) FROM evals WHERE run_id = ?', true).get([id]))
    return Number.isNaN(best) ? null : best
  }

  /** Evenly spaced losses, looked up by key, so that a long run takes no longer than a short one. */
  protected spark(id: string): number[] {
    const lastStep = this.prepare('SELECT max(step) FROM steps WHERE run_id = ?', true).get([id])
    const count = readNumber(lastStep) || 0
    const points = Math.min(count, SPARK_POINTS)
    const chosen = Array.from({ length: points }, (_, i) => Math.round(((i + 1) * count) / points))
    const sql = `SELECT loss_ema FROM steps WHERE run_id = ? AND loss_ema IS NOT NULL
                 AND step IN (SELECT value FROM json_each(?)) ORDER BY step`
    return this.prepare(sql, true)
      .all([id, JSON.stringify(chosen)])
      .map(readNumber)
  }
}

/**
 * Gathers a run's metrics and log lines and passes them on together, at most ten times a second, so that the store and
 * the window are not updated at every step. The first after a quiet time goes out at once.
 */
import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import type { EvalMetric, LogLine, StepMetric } from '../config/run.schema'

export interface MetricsBatch {
  steps: StepMetric[]
  evals: EvalMetric[]
  samples: SampleMetric[]
  measures: MeasureMetric[]
  log: LogLine[]
}

const INTERVAL_MS = 100

export class MetricsBatcher {
  private batch: MetricsBatch = emptyBatch()
  private timer: NodeJS.Timeout | undefined
  private lastFlush = -Infinity

  constructor(private readonly onBatch: (batch: MetricsBatch) => void) {}

  addStep(metric: StepMetric): void {
    this.batch.steps.push(metric)
    this.schedule()
  }

  addEval(metric: EvalMetric): void {
    this.batch.evals.push(metric)
    this.schedule()
  }

  addSample(metric: SampleMetric): void {
    this.batch.samples.push(metric)
    this.schedule()
  }

  addMeasure(metric: MeasureMetric): void {
    this.batch.measures.push(metric)
    this.schedule()
  }

  addLog(line: LogLine): void {
    this.batch.log.push(line)
    this.schedule()
  }

  /** Passes on what is waiting, now. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const { batch } = this
    if (Object.values(batch).every(({ length }) => length === 0)) return
    this.batch = emptyBatch()
    this.lastFlush = performance.now()
    this.onBatch(batch)
  }

  private schedule(): void {
    if (this.timer !== undefined) return
    const wait = Math.max(0, this.lastFlush + INTERVAL_MS - performance.now())
    this.timer = setTimeout(() => {
      this.flush()
    }, wait)
  }
}

export function emptyBatch(): MetricsBatch {
  return { steps: [], evals: [], samples: [], measures: [], log: [] }
}

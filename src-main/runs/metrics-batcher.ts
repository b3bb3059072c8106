/**
 * Gathers a run's metrics and log lines and passes them on together (threads/pacer.ts), so that the store and the window
 * are not updated at every step.
 */
import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import type { EvalMetric, LogLine, StepMetric } from '../config/run.schema'
import { Pacer } from '../threads/pacer'

export interface MetricsBatch {
  steps: StepMetric[]
  evals: EvalMetric[]
  samples: SampleMetric[]
  measures: MeasureMetric[]
  log: LogLine[]
}

export class MetricsBatcher {
  private batch: MetricsBatch = emptyBatch()
  private readonly pacer = new Pacer(() => {
    this.passOn()
  })

  constructor(private readonly onBatch: (batch: MetricsBatch) => void) {}

  addStep(metric: StepMetric): void {
    this.batch.steps.push(metric)
    this.pacer.schedule()
  }

  addEval(metric: EvalMetric): void {
    this.batch.evals.push(metric)
    this.pacer.schedule()
  }

  addSample(metric: SampleMetric): void {
    this.batch.samples.push(metric)
    this.pacer.schedule()
  }

  addMeasure(metric: MeasureMetric): void {
    this.batch.measures.push(metric)
    this.pacer.schedule()
  }

  addLog(line: LogLine): void {
    this.batch.log.push(line)
    this.pacer.schedule()
  }

  /** Passes on what is waiting, now. */
  flush(): void {
    this.pacer.flush()
  }

  private passOn(): void {
    const { batch } = this
    if (Object.values(batch).every(({ length }) => length === 0)) return
    this.batch = emptyBatch()
    this.onBatch(batch)
  }
}

export function emptyBatch(): MetricsBatch {
  return { steps: [], evals: [], samples: [], measures: [], log: [] }
}

/**
 * What a run writes to the store, in order. Where the store's file cannot be written (its disk is full), writes wait in
 * memory and are retried every few seconds and with each new write: the run neither stops for that nor loses anything.
 *
 * Only what is still waiting when the process ends is lost. `amend` shows a run as it is now, ahead of the store.
 */
import { MidbenchError, type Failure } from '../errors'
import { emptyBatch, type MetricsBatch } from './metrics-batcher'
import { afterStep } from '../config/after-step'
import type { MeasureMetric, SampleMetric } from '../config/aside-metrics.schema'
import type { RunSummary } from '../config/run.schema'
import type { RunPatch, RunStore } from './store'

const AGAIN_MS = 3000
const REMEDY =
  'Make room on that disk. The run goes on; what it has to store is kept in memory, and written as soon as it can be.'

export type JournalStore = Pick<
  RunStore,
  | 'appendSteps'
  | 'appendEvals'
  | 'appendSamples'
  | 'appendMeasures'
  | 'appendLog'
  | 'samples'
  | 'measures'
  | 'update'
  | 'truncateAfter'
  | 'summary'
>

interface Waiting {
  work: () => void
  /** Called once the write no longer waits. */
  over?: () => void
}

export class RunJournal {
  private waiting: Waiting[] = []
  /** Metrics and lines that the store does not have yet. */
  readonly unwritten: Readonly<MetricsBatch> = emptyBatch()
  /** Other changes that the store does not have yet. */
  private ahead: Partial<RunSummary> = {}
  private timer: NodeJS.Timeout | undefined
  /** Why writes are waiting; null while none are. */
  trouble: Failure | null = null

  /** @param onTrouble called when writes begin to wait, and with null once all are written */
  constructor(
    private readonly id: string,
    private readonly store: JournalStore,
    private readonly onTrouble: (trouble: Failure | null) => void,
  ) {}

  append({ steps, evals, samples, measures, log }: MetricsBatch): void {
    const { id, store, unwritten } = this
    const last = steps.at(-1)
    if (last) this.ahead = { ...this.ahead, ...afterStep(last) }
    this.writeRows(steps, unwritten.steps, () => store.appendSteps(id, steps))
    this.writeRows(evals, unwritten.evals, () => store.appendEvals(id, evals))
    this.writeRows(samples, unwritten.samples, () => store.appendSamples(id, samples))
    this.writeRows(measures, unwritten.measures, () => store.appendMeasures(id, measures))
    this.writeRows(log, unwritten.log, () => store.appendLog(id, log))
  }

  /** @returns the run as it is now */
  update(patch: RunPatch): RunSummary {
    const { owner: _, differences: _differences, model: _model, ...shown } = patch
    this.ahead = { ...this.ahead, ...shown }
    this.write({ work: () => this.store.update(this.id, patch) })
    return this.amend(this.store.summary(this.id))
  }

  truncateAfter(step: number): void {
    this.ahead = { ...this.ahead, step }
    this.write({
      work: () => {
        this.store.truncateAfter(this.id, step)
      },
    })
  }

  /** The last answers to the run's prompts and the last measurement; null where there are none. */
  lastAsked(): { sample: SampleMetric | null; measure: MeasureMetric | null } {
    const { id, store, unwritten } = this
    return {
      sample: unwritten.samples.at(-1) ?? store.samples(id, 0).at(-1) ?? null,
      measure: unwritten.measures.at(-1) ?? store.measures(id, 0).at(-1) ?? null,
    }
  }

  /** A run from the store, brought up to date with what is waiting. */
  amend<Run extends RunSummary>(run: Run): Run {
    const now = { ...run, ...this.ahead }
    return { ...now, error: now.error ?? this.trouble }
  }

  /** Retries the waiting writes. */
  drain(): void {
    clearTimeout(this.timer)
    const before = this.trouble
    try {
      for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
        next.work()
        this.takeOut()
      }
      this.trouble = null
      this.ahead = {}
    } catch (error) {
      if (!(error instanceof MidbenchError && error.code === 'store.unwritable')) {
        this.takeOut() // it would fail every time
        throw error
      }
      this.trouble = { ...error.toFailure(), remedy: REMEDY }
      this.timer = setTimeout(() => {
        this.drain()
      }, AGAIN_MS).unref()
    }
    if ((before === null) !== (this.trouble === null)) this.onTrouble(this.trouble)
  }

  /** The run was deleted: drops what is waiting. */
  forget(): void {
    clearTimeout(this.timer)
    this.waiting = []
  }

  private writeRows<Row>(rows: readonly Row[], unwritten: Row[], work: () => void): void {
    if (rows.length === 0) return
    unwritten.push(...rows)
    this.write({ work, over: () => unwritten.splice(0, rows.length) })
  }

  private write(waiting: Waiting): void {
    this.waiting.push(waiting)
    this.drain()
  }

  private takeOut(): void {
    this.waiting.shift()?.over?.()
  }
}

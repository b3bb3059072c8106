/**
 * Reports runs to the window: metrics as they come, and a run's summary when its state changes and once a second while
 * it trains, so that a list of runs stays correct without asking.
 */
import type { EventName, EventPayload } from '../contract/contract'
import type { RunEvent } from '../runs/run-events'
import type { RunSummary } from '../config/run.schema'

/** Sends an event to the window. */
type Publish = <N extends EventName>(name: N, payload: EventPayload<N>) => void

const SUMMARY_INTERVAL_MS = 1000

export class RunPublisher {
  /** When a run's summary was last sent. */
  private readonly sentAt = new Map<string, number>()

  /** @param summary reads a run's summary from the store */
  constructor(
    private readonly publish: Publish,
    private readonly summary: (runId: string) => RunSummary,
  ) {}

  /** Listens to the run manager. */
  readonly receive = (event: RunEvent): void => {
    switch (event.type) {
      case 'changed':
        this.sendSummary(event.run)
        return
      case 'removed':
        this.sentAt.delete(event.runId)
        this.publish('run.removed', { runId: event.runId })
        return
      case 'refused':
        this.publish('run.refused', { runId: event.runId, failure: event.failure })
        return
      case 'metrics':
        this.publish('run.metrics', event.metrics)
        if (this.isDue(event.metrics.runId)) this.sendSummary(this.summary(event.metrics.runId))
        return
      case 'ranks':
        this.publish('run.ranks', { runId: event.runId, ranks: event.ranks, loss: event.loss })
        return
      case 'progress': {
        // Progress while a run is being prepared: a job with the run's id.
        const { type: _, runId, ...progress } = event
        this.publish('job.progress', { job: runId, ...progress })
        return
      }
      default: // a checkpoint shows in `changed`, coming to rest in both
    }
  }

  private isDue(runId: string): boolean {
    return performance.now() - (this.sentAt.get(runId) ?? -Infinity) >= SUMMARY_INTERVAL_MS
  }

  private sendSummary(run: RunSummary): void {
    this.sentAt.set(run.id, performance.now())
    this.publish('run.changed', { run })
  }
}

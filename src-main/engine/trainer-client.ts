/**
 * The supervisor's side of a trainer thread: begins its one job, passes requests on, hands its reports to a listener.
 *
 * A thread that dies without a word (an uncaught error, an exit) is reported as a failure, so that every job ends with
 * exactly one of `stopped`, `done`, `evaluated`, `logits`, `losses`, `bench` or `failed`.
 */
import type { MessagePort, Worker } from 'node:worker_threads'

import { toFailure } from '../errors'
import type { TrainerJob, TrainerReport, TrainerRequest } from './trainer-protocol'

const LAST_REPORTS: readonly TrainerReport['type'][] = [
  'stopped',
  'done',
  'evaluated',
  'logits',
  'losses',
  'bench',
  'failed',
]

export class TrainerClient {
  private ended = false

  /** @param thread the worker, or a port to a trainer in this thread */
  constructor(
    private readonly thread: Worker | MessagePort,
    private readonly onReport: (report: TrainerReport) => void,
  ) {
    thread.on('message', (report: TrainerReport) => {
      this.receive(report)
    })
    thread.on('error', (error: Error) => {
      this.receive({ type: 'failed', failure: { ...toFailure(error), code: 'trainer.crashed' } })
    })
    thread.on('exit', (code: number) => {
      const message = `The trainer thread ended by itself with code ${String(code)}.`
      this.receive({ type: 'failed', failure: { code: 'trainer.crashed', message } })
    })
  }

  /** @param data the trainer's end of the data thread's port; it moves to the trainer */
  begin(job: TrainerJob, data: MessagePort): void {
    const request: TrainerRequest = { type: 'begin', job, data }
    this.thread.postMessage(request, [data])
  }

  /** Finishes the step in hand, saves, and holds. */
  pause(): void {
    this.request('pause')
  }

  resume(): void {
    this.request('resume')
  }

  /** Finishes the step in hand, saves, and ends. */
  stop(): void {
    this.request('stop')
  }

  /** Hears nothing more of the thread: it is about to be ended, which is no failure. */
  release(): void {
    this.ended = true
  }

  private request(type: 'pause' | 'resume' | 'stop'): void {
    if (this.ended) return
    const request: TrainerRequest = { type }
    this.thread.postMessage(request)
  }

  private receive(report: TrainerReport): void {
    if (this.ended) return
    this.ended = LAST_REPORTS.includes(report.type)
    this.onReport(report)
  }
}

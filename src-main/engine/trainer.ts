/**
 * The trainer behind a port: takes one job, passes requests to it, and reports how it ends. trainer-thread.ts runs it in
 * a thread of its own, trainer-process.ts in a process; tests run it in their own thread.
 */
import type { MessagePort } from 'node:worker_threads'

import { toFailure } from '../errors'
import { runBench } from './bench-job'
import { runEvaluation } from './evaluate-job'
import type { Report } from './job-context'
import { runLogits } from './logits-job'
import { runLosses } from './losses-job'
import { RequestQueue } from './request-queue'
import { runSelfTest } from './self-test-job'
import { TrainRun } from './train-run'
import type { TrainerJob, TrainerReport, TrainerRequest } from './trainer-protocol'

/** The supervisor as the trainer sees it: a worker's parent port, or a process's channel. */
export interface SupervisorPort {
  postMessage(report: TrainerReport): void
  on(event: 'message', listener: (request: TrainerRequest) => void): unknown
}

/** @param connectData makes a port to a data thread where none comes with the job */
export function serveTrainer(port: SupervisorPort, connectData: () => MessagePort = noData): void {
  const requests = new RequestQueue()
  const report: Report = (message: TrainerReport) => {
    port.postMessage(message)
  }
  port.on('message', (request: TrainerRequest) => {
    if (request.type === 'begin') {
      void runJob(request.job, request.data ?? connectData(), requests, report)
    } else requests.put(request.type)
  })
}

function noData(): never {
  throw new Error('a job for a trainer thread brings a port to its data')
}

async function runJob(
  job: TrainerJob,
  data: MessagePort,
  requests: RequestQueue,
  report: Report,
): Promise<void> {
  try {
    if (job.type === 'train') await new TrainRun(job, requests, report).run(data)
    else if (job.type === 'evaluate') await runEvaluation(job, data, requests, report)
    else if (job.type === 'logits') await runLogits(job, data, requests, report)
    else if (job.type === 'losses') await runLosses(job, data, requests, report)
    else if (job.type === 'bench') await runBench(job, data, requests, report)
    else await runSelfTest(job, data, requests, report)
  } catch (error) {
    const failure = toFailure(error)
    const stopped = failure.code === 'cancelled' && requests.stopSignal.aborted && job.type === 'train'
    report(stopped ? { type: 'stopped' } : { type: 'failed', failure })
  }
}

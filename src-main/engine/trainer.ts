/**
 * The trainer behind a port: takes one job, passes requests to it, and reports how it ends. trainer-thread.ts runs it in
 * its own thread; tests run it in theirs.
 */
import type { MessagePort } from 'node:worker_threads'

import { toFailure } from '../errors'
import { runBench } from './bench-job'
import { runEvaluation } from './evaluate-job'
import type { Report } from './job-context'
import { runLogits } from './logits-job'
import { runLosses } from './losses-job'
import { RequestQueue } from './request-queue'
import { TrainRun } from './train-run'
import type { TrainerJob, TrainerReport, TrainerRequest } from './trainer-protocol'

/** @param port to the supervisor: a worker's parent port */
export function serveTrainer(port: MessagePort): void {
  const requests = new RequestQueue()
  const report: Report = (message: TrainerReport) => {
    port.postMessage(message)
  }
  port.on('message', (request: TrainerRequest) => {
    if (request.type === 'begin') void runJob(request.job, request.data, requests, report)
    else requests.put(request.type)
  })
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
    else await runBench(job, data, requests, report)
  } catch (error) {
    const failure = toFailure(error)
    const stopped = failure.code === 'cancelled' && requests.stopSignal.aborted && job.type === 'train'
    report(stopped ? { type: 'stopped' } : { type: 'failed', failure })
  }
}

/** The `eval` command in the trainer thread: bits per byte and loss of a checkpoint over batches of the val mixture. */
import type { MessagePort } from 'node:worker_threads'

import { loadModel } from '../checkpoint/nanochat-files'
import { MidbenchError } from '../errors'
import type { PackedBatch } from '../packing/types'
import { openDevice } from './device'
import { bitsPerByte, evaluate, meanLoss, perTask } from './evaluate'
import { openData, openEngine, type Report, reportedCall, requireSameVocabulary } from './job-context'
import type { RequestQueue } from './request-queue'
import type { EvaluateJob } from './trainer-protocol'

/** @throws MidbenchError `cancelled` where a stop was asked for */
export async function runEvaluation(
  job: EvaluateJob,
  port: MessagePort,
  requests: RequestQueue,
  report: Report,
): Promise<void> {
  const { config } = job
  const { data, opened } = await openData(port, config, job.locations, reportedCall(requests, report))
  const { meta, tensors } = await loadModel(job.checkpointDir)
  requireSameVocabulary(meta.model_config, opened, job.checkpointDir)
  const device = await openDevice(config, job.threads)
  const weights = { parameters: tensors, optimizer: new Map() }
  const engine = await openEngine(config, meta.model_config, weights, device)
  try {
    const fromTokens = Math.floor(config.eval_tokens / (config.device_batch_size * config.max_seq_len))
    const count = job.batches ?? fromTokens
    const batches = reported(data.valBatches(count), count, report)
    const sums = await evaluate(engine, batches, opened.byteLengths, () => requests.pending() === 'stop')
    if (sums === null) throw new MidbenchError({ code: 'cancelled', message: 'The evaluation was stopped.' })
    const result = {
      val_bpb: bitsPerByte(sums),
      loss: meanLoss(sums),
      per_task: perTask(sums.byTask, opened.tasks.val),
    }
    report({ type: 'evaluated', result })
  } finally {
    engine.dispose()
    await data.close()
  }
}

async function* reported(
  batches: AsyncIterable<PackedBatch>,
  total: number,
  report: Report,
): AsyncGenerator<PackedBatch, void, void> {
  for await (const batch of batches) {
    report({ type: 'progress', what: 'evaluating', done: batch.index, total, unit: 'batches' })
    yield batch
  }
}

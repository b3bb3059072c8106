/** The `eval` command in the trainer thread: bits per byte and loss of a checkpoint over batches of the val mixture. */
import type { MessagePort } from 'node:worker_threads'

import { countingText } from '../byte-counting'
import { loadModel } from '../checkpoint/nanochat-files'
import { evalBatches } from '../config/batches'
import type { OpenedData } from '../packing/data-calls'
import type { PackedBatch } from '../packing/types'
import type { CallContext, TellingContext } from '../threads/calls'
import { openDevice } from './device'
import { bitsPerByte, evaluate, meanLoss, noBytes, perTask } from './evaluate'
import { openData, openEngine, reportedCall, requireSameVocabulary } from './job-context'
import type { EvaluateJob, EvaluateResult, LogReport } from './trainer-calls'

/** @throws MidbenchError `eval.no-bytes`; the signal's reason when it is cancelled */
export async function runEvaluation(
  job: EvaluateJob,
  port: MessagePort,
  context: TellingContext<LogReport>,
): Promise<EvaluateResult> {
  const { config } = job
  const { data, opened } = await openData(port, config, job.locations, reportedCall(context))
  tellCounting(opened, context)
  const { meta, tensors } = await loadModel(job.checkpointDir)
  requireSameVocabulary(meta.model_config, opened.vocabSize, job.checkpointDir)
  const device = await openDevice(config, job.threads)
  const weights = { parameters: tensors, optimizer: new Map() }
  const engine = await openEngine(config, meta.model_config, weights, device)
  try {
    const count = job.batches ?? evalBatches({ ...config, world_size: 1 })
    const batches = reported(data.valBatches(count), count, context)
    const sums = await evaluate(engine, batches, opened.byteLengths, () => context.signal.aborted)
    if (sums === null) throw context.signal.reason
    if (sums.bytes === 0) throw noBytes('or evaluate more batches')
    return {
      val_bpb: bitsPerByte(sums),
      loss: meanLoss(sums),
      per_task: perTask(sums.byTask, opened.tasks.val),
    }
  } finally {
    engine.dispose()
    await data.close()
  }
}

/** Bits per byte of two token_bytes.pt compare only where both count in the same way. */
function tellCounting({ counting }: OpenedData, { tell }: TellingContext<LogReport>): void {
  const text = counting === null ? null : countingText(counting)
  if (text !== null) tell({ type: 'log', line: { at: Date.now(), level: 'info', text } })
}

async function* reported(
  batches: AsyncIterable<PackedBatch>,
  total: number,
  { progress }: CallContext,
): AsyncGenerator<PackedBatch, void, void> {
  for await (const batch of batches) {
    progress({ what: 'evaluating', done: batch.index, total, unit: 'batches' })
    yield batch
  }
}

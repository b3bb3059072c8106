/**
 * The `logits` command in the trainer thread: what a checkpoint computes for the first train batch, in float32, with
 * the norm of every gradient. It serves to compare with another implementation digit by digit.
 */
import type { MessagePort } from 'node:worker_threads'

import * as tf from '@tensorflow/tfjs-core'

import { loadModel } from '../checkpoint/nanochat-files'
import type { ModelConfig } from '../model/config.schema'
import { forward } from '../model/gpt'
import type { Parameters } from '../model/parameters'
import type { TellingContext } from '../threads/calls'
import { openDevice } from './device'
import { EagerEngine } from './eager-engine'
import { groupsOf, openData, reportedCall, requireSameVocabulary } from './job-context'
import type { TokenBatch } from './step-engine'
import { disposeAll } from './tensor-maps'
import type { LogitsJob, LogitsResult, LogReport } from './trainer-calls'

const LOSSES = 32
const LOGITS = 16
/** Position whose logits are shown beside the last one's. */
const POSITION = 5

export async function runLogits(
  job: LogitsJob,
  port: MessagePort,
  context: TellingContext<LogReport>,
): Promise<LogitsResult> {
  const { config } = job
  const { data, opened } = await openData(port, config, job.locations, reportedCall(context))
  const { meta, tensors } = await loadModel(job.checkpointDir)
  const model = meta.model_config
  requireSameVocabulary(model, opened.vocabSize, job.checkpointDir)
  await openDevice(config, job.threads)
  const engine = new EagerEngine(model, groupsOf(config, model))
  try {
    await engine.importState({ parameters: tensors, optimizer: new Map() })
    await data.startTrain(undefined, { ahead: 1 })
    return await logitsOf(engine, model, await data.nextTrain())
  } finally {
    engine.dispose()
    await data.close()
  }
}

/** @param batch [B, T] */
async function logitsOf(engine: EagerEngine, model: ModelConfig, batch: TokenBatch): Promise<LogitsResult> {
  const losses = await engine.evaluate(batch)
  const { loss, gradients } = engine.gradients(batch)
  const norms = [...gradients].map(([name, gradient]): [string, number] => [name, norm(gradient)])
  disposeAll(gradients)
  return {
    loss_mean: loss,
    loss_per_token_head: [...losses.slice(0, LOSSES)],
    ...firstRowLogits(engine.modelParameters, model, batch),
    grad_norms: Object.fromEntries(norms),
  }
}

function firstRowLogits(
  parameters: Parameters,
  model: ModelConfig,
  { inputs, seqLen }: TokenBatch,
): Pick<LogitsResult, 'logits_row0_pos5_head' | 'logits_row0_last_head'> {
  return tf.tidy(() => {
    const row = tf.tensor2d(inputs.slice(0, seqLen), [1, seqLen], 'int32')
    const logits = forward(parameters, model, row) // [1, T, V]
    const head = (position: number): number[] => [
      ...tf.slice(logits, [0, position, 0], [1, 1, Math.min(LOGITS, model.vocab_size)]).dataSync(),
    ]
    return {
      logits_row0_pos5_head: head(Math.min(POSITION, seqLen - 1)),
      logits_row0_last_head: head(seqLen - 1),
    }
  })
}

function norm(tensor: tf.Tensor): number {
  return tf.tidy(() => tf.norm(tensor).dataSync()[0] ?? NaN)
}

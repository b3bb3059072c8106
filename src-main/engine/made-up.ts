/** A model and tokens made up on the spot, for jobs that try a training step without the person's files. */
import type { ModelConfig } from '../model/config.schema'
import { initParameters } from '../model/init'
import { parameterShapes } from '../model/parameters'
import { seededRandom } from '../model/random'
import type { Tensorflow } from '../native/tensorflow'
import type { RunConfig } from '../config/config.schema'
import { openEngine } from './job-context'
import type { StepEngine, StepSettings, TokenBatch } from './step-engine'

/** The reference's defaults; they do not affect the time of a step. */
const RATES = {
  embedding_lr: 0.2,
  unembedding_lr: 0.004,
  matrix_lr: 0.02,
  weight_decay: 0,
  init_lr_frac: 1,
  optimizer: '2026-01',
} as const

export const madeUpSettings: StepSettings = { lrMultiplier: 1, momentum: 0.85 }

/** An engine with freshly drawn weights, the same at every call. */
export function freshEngine(
  { model, ...how }: Pick<RunConfig, 'engine' | 'dtype'> & { model: ModelConfig },
  tensorflow: Tensorflow,
): Promise<StepEngine> {
  const shapes = parameterShapes(model)
  const parameters = new Map(
    [...initParameters(model, 1)].map(([name, data]) => [name, { shape: shapes.get(name) ?? [], data }]),
  )
  return openEngine({ ...how, ...RATES }, model, { parameters, optimizer: new Map() }, { tensorflow })
}

/** [B, T] tokens: a few ids are frequent and most are rare, as in text. */
export function madeUpBatch(model: ModelConfig, batchSize: number, seqLen: number): TokenBatch {
  const random = seededRandom(1)
  const ids = Int32Array.from({ length: batchSize * seqLen + 1 }, () =>
    Math.floor(model.vocab_size * random.uniform() ** 3),
  )
  return { batchSize, seqLen, inputs: ids.slice(0, -1), targets: ids.slice(1) }
}

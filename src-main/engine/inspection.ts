/**
 * Answers questions about a model beside a run: the loss of every token of a packed batch, by which the Packing view
 * colours the batch. Questions are answered one at a time, in order. The last question's model stays loaded, with
 * TensorFlow, until a question names another model or the model's files have changed.
 *
 * A few rows are computed at a time, so that an answer needs memory for only those besides the weights, and can be
 * cancelled.
 */
import { setImmediate } from 'node:timers/promises'

import { loadModel } from '../checkpoint/nanochat-files'
import type { StoredCheckpoint } from '../checkpoint/run-checkpoint'
import type { ModelConfig } from '../model/config.schema'
import type { CallContext } from '../threads/calls'
import { keyOf, lastOf, openBesideRuns, wholeOf } from './asked-model'
import { EagerEngine } from './eager-engine'
import { requireSameVocabulary } from './job-context'
import type { TokenBatch } from './step-engine'
import type { AskedModel } from './asked'
import type { LossesQuestion, LossesResult } from './trainer-calls'

/**
 * Tokens that are computed at a time, in whole rows; more are no faster. They take a quarter of a gigabyte for the
 * starter's model.
 */
const TOKENS_AT_ONCE = 4096

interface KeptModel extends StoredCheckpoint {
  config: ModelConfig
  engine: EagerEngine
  /** Identifies the model's files. */
  key: string
}

export class Inspection {
  private kept: KeptModel | null = null
  private last: Promise<unknown> = Promise.resolve()

  /** @param beforeLoading called before TensorFlow is loaded for the first question */
  constructor(private readonly beforeLoading: () => void = () => undefined) {}

  /**
   * @throws MidbenchError `run.no-checkpoint`, `tokenizer.mismatch`, `device.unavailable`; what reading a checkpoint
   *   throws; the signal's reason where it is cancelled
   */
  losses({ of, batch, vocabSize }: LossesQuestion, context: CallContext): Promise<LossesResult> {
    return this.inTurn(context, async () => {
      const { engine, config, dir, step } = await this.modelOf(of)
      requireSameVocabulary(config, vocabSize, dir)
      const losses = await lossesOf(engine, batch, context)
      return { losses, mean: meanOf(losses), dir, step }
    })
  }

  /** Frees the model's memory, once the current question is answered. */
  forget(context: CallContext): Promise<null> {
    return this.inTurn(context, () => Promise.resolve(this.drop()))
  }

  private async inTurn<T>({ signal }: CallContext, answer: () => Promise<T>): Promise<T> {
    const before = this.last
    const answered = before.then(() => {
      signal.throwIfAborted()
      return answer()
    })
    this.last = answered.catch(() => undefined) // the caller gets the error from `answered`
    return answered
  }

  private async modelOf(asked: AskedModel): Promise<KeptModel> {
    const { kept } = this
    if (kept !== null && kept.key === (await keyOf(asked, await lastOf(asked)))) return kept
    this.drop()
    this.beforeLoading()
    await openBesideRuns(asked)
    const found = await wholeOf(asked)
    const key = await keyOf(asked, found)
    const { meta, tensors } = await loadModel(found.dir, found.step)
    const engine = new EagerEngine(meta.model_config, [])
    await engine.importState({ parameters: tensors, optimizer: new Map() })
    return (this.kept = { ...found, config: meta.model_config, engine, key })
  }

  private drop(): null {
    this.kept?.engine.dispose()
    this.kept = null
    return null
  }
}

/** @returns [B, T]; NaN where the target is ignored */
async function lossesOf(
  engine: EagerEngine,
  { batchSize, seqLen, inputs, targets }: TokenBatch,
  { progress, signal }: CallContext,
): Promise<Float32Array> {
  const losses = new Float32Array(batchSize * seqLen)
  const atOnce = Math.max(1, Math.floor(TOKENS_AT_ONCE / seqLen))
  for (let row = 0; row < batchSize; row += atOnce) {
    progress({ what: 'computing losses', done: row, total: batchSize, unit: 'rows' })
    await setImmediate() // lets a cancel come in
    signal.throwIfAborted()
    const rows = Math.min(atOnce, batchSize - row)
    const [from, to] = [row * seqLen, (row + rows) * seqLen]
    const part = { batchSize: rows, seqLen, inputs: inputs.slice(from, to), targets: targets.slice(from, to) }
    losses.set(await engine.evaluate(part), from)
  }
  await setImmediate()
  signal.throwIfAborted() // a cancel that came while the last rows were computed
  return losses.map((loss, i) => ((targets[i] ?? -1) < 0 ? NaN : loss))
}

/** Over the losses that there are. */
function meanOf(losses: Float32Array): number | null {
  const counted = losses.filter((loss) => !Number.isNaN(loss))
  return counted.length === 0 ? null : counted.reduce((sum, loss) => sum + loss, 0) / counted.length
}

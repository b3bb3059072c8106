/**
 * The loss of every token of a packed batch, of the project as it is edited or a run as it trained: a checkpoint's, or what
 * the run recorded.
 */
import type { RunConfig } from '../config/config.schema'
import type { RunDetail } from '../config/run.schema'
import type { CallOutput } from '../contract/contract'
import type { SplitName } from '../data/mixture.schema'
import type { Inspector } from '../runs/inspector'
import { recordedLosses } from '../runs/recorded-losses'
import type { RunManager } from '../runs/run-manager'
import type { CallOptions } from '../threads/calls'
import type { AskedModels, ResolvedModel } from './asked-models'
import type { DataAccess } from './data-access'
import { openSource } from './packing-source'

/** The project's batch under a run's last checkpoint, or under its own base (null); or a run's own batch. */
type Whose = { config: RunConfig; dir: string; runId: string | null } | { runId: string }
type BatchQuestion = Whose & { rank?: number | undefined; split: SplitName; batch: number }

export interface TokenLossesOptions {
  runs: Pick<RunManager, 'get'>
  data: DataAccess
  inspector: Inspector
  models: AskedModels
}

/**
 * Losses that a run recorded are shown as they are. Else the batch is read as in the Packing view, so that a run's own batch is the one that it trained on.
 *
 * @throws MidbenchError `run.unknown`, `run.data-changed`, `run.no-checkpoint`, `tokenizer.mismatch`, `cancelled`; what
 *   reading a checkpoint throws
 */
export async function tokenLosses(
  asked: BatchQuestion,
  { runs, data, inspector, models }: TokenLossesOptions,
  call: CallOptions,
): Promise<CallOutput<'losses.batch'>> {
  const { split, batch, rank } = asked
  const recorded = 'config' in asked || split === 'val' ? null : await ownLosses(runs.get(asked.runId), asked)
  if (recorded !== null) return recorded
  const { of } = 'config' in asked ? projectModel(asked, models) : runModel(runs.get(asked.runId), models)
  const source =
    'config' in asked ? { config: asked.config, dir: asked.dir, rank } : { runId: asked.runId, rank }
  const { client, data: opened } = await openSource(source, data, runs, call)
  const { batchSize, seqLen, inputs, targets } = await client.inspect({ split, batch }, call)
  const tokens = { batchSize, seqLen, inputs, targets }
  const answer = await inspector.losses({ of, batch: tokens, vocabSize: opened.vocabSize }, call)
  return { ...answer, recorded: false }
}

/** What the run recorded of a batch of its own; null where it did not. */
async function ownLosses(
  run: RunDetail,
  { batch, rank = 0 }: BatchQuestion,
): Promise<CallOutput<'losses.batch'> | null> {
  const found = await recordedLosses(run, batch, rank)
  return found && { ...found, mean: meanOf(found.losses), dir: run.dir, recorded: true }
}

/** Over the losses that there are. */
function meanOf(losses: Float32Array): number | null {
  const counted = losses.filter((loss) => !Number.isNaN(loss))
  return counted.length === 0 ? null : counted.reduce((sum, loss) => sum + loss, 0) / counted.length
}

/** A run's last checkpoint, or the project's base. */
function projectModel(
  { config, dir, runId }: Extract<Whose, { config: RunConfig }>,
  models: AskedModels,
): ResolvedModel {
  return models.resolve(runId === null ? { of: 'base' } : { of: 'run', runId }, { config, dir })
}

/** The run's own last checkpoint, or exactly the model that it began with. */
function runModel(run: RunDetail, models: AskedModels): ResolvedModel {
  return run.checkpoints.length > 0
    ? models.resolve({ of: 'run', runId: run.id }, run)
    : models.beginningOf(run)
}

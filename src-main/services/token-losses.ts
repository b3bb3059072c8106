/** A checkpoint's loss of every token of a packed batch, of the project as it is edited or a run as it trained. */
import type { RunConfig } from '../config/config.schema'
import type { CallOutput } from '../contract/contract'
import type { SplitName } from '../data/mixture.schema'
import type { Inspector } from '../runs/inspector'
import type { RunManager } from '../runs/run-manager'
import type { CallOptions } from '../threads/calls'
import type { DataAccess } from './data-access'
import { openSource } from './packing-source'

/** The project's batch under a run's last checkpoint, or under its own base (null); or a run's own batch. */
type Whose = { config: RunConfig; dir: string; runId: string | null } | { runId: string }
type BatchQuestion = Whose & { split: SplitName; batch: number }

export interface TokenLossesOptions {
  runs: Pick<RunManager, 'get'>
  data: DataAccess
  inspector: Inspector
  /** The folder of the person's data, in which a base checkpoint is made for the starter project. */
  dataDir: string
  /** Number of TensorFlow's threads; null = the number of processors. */
  threads: () => number | null
}

/**
 * The batch is read as in the Packing view, so that a run's own batch is the one that it trained on.
 *
 * @throws MidbenchError `run.unknown`, `run.data-changed`, `run.no-checkpoint`, `tokenizer.mismatch`, `cancelled`; what
 *   reading a checkpoint throws
 */
export async function tokenLosses(
  asked: BatchQuestion,
  { runs, data, inspector, dataDir, threads }: TokenLossesOptions,
  call: CallOptions,
): Promise<CallOutput<'losses.batch'>> {
  const { split, batch } = asked
  const model = 'config' in asked ? projectModel(asked, runs) : runModel(asked.runId, runs)
  const source = 'config' in asked ? { config: asked.config, dir: asked.dir } : { runId: asked.runId }
  const { client, config, data: opened } = await openSource(source, data, runs, call)
  const { batchSize, seqLen, inputs, targets } = await client.inspect({ split, batch }, call)
  const { baseDir } = data.locations(config, model.dir)
  const of = {
    ...model,
    checkpointDir: null,
    baseDir,
    dataDir,
    deviceType: config.device_type,
    threads: threads(),
  }
  const tokens = { batchSize, seqLen, inputs, targets }
  return inspector.losses({ of, batch: tokens, vocabSize: opened.vocabSize }, call)
}

interface Model {
  /** The folder that the config's relative paths start from. */
  dir: string
  /** The folder of the run whose last checkpoint is asked; null = the config's base checkpoint. */
  runDir: string | null
  modelTag: string | null
  modelStep: number | null
}

/** The model of a run's last checkpoint, or the project's base. */
function projectModel(
  { config, dir, runId }: Extract<Whose, { config: RunConfig }>,
  runs: Pick<RunManager, 'get'>,
): Model {
  const runDir = runId === null ? null : runs.get(runId).dir
  return { dir, runDir, modelTag: config.model_tag, modelStep: config.model_step }
}

/** The model of the run's own last checkpoint, or of exactly the base that it began with. */
function runModel(runId: string, runs: Pick<RunManager, 'get'>): Model {
  const { config, dir, checkpoints, model } = runs.get(runId)
  const [modelTag, modelStep] =
    model === null ? [config.model_tag, config.model_step] : [model.tag, model.step]
  return { dir, runDir: checkpoints.length > 0 ? dir : null, modelTag, modelStep }
}

/** What a checkpoint makes of every token of a packed batch: a job of its own trainer thread, ended when it has answered. */
import type { LogReport, LossesResult, OpenTrainer } from '../engine/trainer-calls'
import type { CallOptions } from '../threads/calls'
import type { SplitName } from '../data/mixture.schema'
import { baseDirOf } from '../config/config'
import type { RunConfig } from '../config/config.schema'
import { withTrainer } from './trainer-job'

export interface TokenLossesOptions {
  /** Folder for decoded rows and rendered ids. */
  cacheDir: string
  /** The person's data. */
  dataDir: string
  /** The nanochat folder where a config names none; null = the environment's or the default. */
  defaultBaseDir: () => string | null
  threads: () => number | null
  openTrainer: OpenTrainer
}

export interface TokenLossesRequest {
  config: RunConfig
  /** What the config's relative paths count from. */
  dir: string
  split: SplitName
  batch: number
  /** Whose last checkpoint is asked; null = the config's base checkpoint. */
  runDir: string | null
  /** The folder of the run whose batch it is; null for a batch of the config alone. @default null */
  batchOf?: string | null
}

/**
 * Loads TensorFlow and the checkpoint anew for each call: seconds, and one row's memory beside the weights.
 *
 * @throws MidbenchError `run.no-checkpoint`, `tokenizer.mismatch`, `cancelled`; what reading a checkpoint throws
 */
export function tokenLosses(
  { config, dir, split, batch, runDir, batchOf = null }: TokenLossesRequest,
  { cacheDir, dataDir, defaultBaseDir, threads, openTrainer }: TokenLossesOptions,
  call: CallOptions<LogReport>,
): Promise<LossesResult> {
  const baseDir = baseDirOf(config, dir, defaultBaseDir())
  const locations = { baseDir, configDir: dir, cacheDir, dataDir }
  const job = { config, locations, split, batch, runDir, batchOf, threads: threads() }
  return withTrainer(openTrainer, (trainer) => trainer.call('losses', job, call))
}

/** What every job of the trainer thread opens first: the nanochat folder, the mixture, the device and an engine. */
import type { MessagePort } from 'node:worker_threads'

import type { FloatArray } from '../checkpoint/types'
import { MidbenchError, type Failure } from '../errors'
import type { ModelConfig } from '../model/config.schema'
import { parameterShapes } from '../model/parameters'
import type { ParameterGroup } from '../optimizers/groups'
import { parameterGroups } from '../optimizers/optimizers'
import { DataClient } from '../packing/data-client'
import type { BranchStart } from '../packing/branch-start'
import type { OpenedData } from '../packing/data-calls'
import type { CallOptions, TellingContext } from '../threads/calls'
import type { RunConfig } from '../config/config.schema'
import { TASK_DATA_FIRST } from '../config/recipes.schema'
import type { Device } from './device'
import { EagerEngine } from './eager-engine'
import { type CompileListener, GraphEngine } from './graph-engine'
import type { RankPeers } from './ranks/rank-peers'
import type { StepEngine } from './step-engine'
import type { JobLocations, LogReport } from './trainer-calls'

/** A call to the data thread, with a listener for the notices that the thread sends. */
export type ReportedCall = CallOptions & { onNotice: (notice: Failure) => void }

/** For a long call to the data thread: its progress is the job's, notices become log lines, a cancel aborts it. */
export function reportedCall({ signal, progress, tell }: TellingContext<LogReport>): ReportedCall {
  return {
    onNotice: ({ message, remedy }) => {
      const text = remedy === undefined ? message : `${message} ${remedy}`
      tell({ type: 'log', line: { at: Date.now(), level: 'warn', text } })
    },
    signal,
    onProgress: progress,
  }
}

/** The options that an optimizer step depends on. */
type Rates = Pick<
  RunConfig,
  'optimizer' | 'embedding_lr' | 'unembedding_lr' | 'matrix_lr' | 'weight_decay' | 'init_lr_frac'
>

/** The optimizers' parameter groups of a model, with the config's rates. */
export function groupsOf(config: Rates, model: ModelConfig): ParameterGroup[] {
  return parameterGroups(parameterShapes(model), model.n_embd, config)
}

/** The state that an engine starts with. */
export interface EngineStart {
  parameters: ReadonlyMap<string, FloatArray>
  /** Empty stands for the state before the first step. */
  optimizer: ReadonlyMap<string, FloatArray>
  /** How the parameters are trained. @default as the config says */
  groups?: readonly ParameterGroup[]
}

/** What an engine tells beside its results, and to whom. */
export interface EngineTells {
  /** Number of tasks whose losses a step tells. @default 0 */
  taskCount?: number
  onCompile?: CompileListener
  /** The ranks that it trains with. @default it trains alone */
  peers?: RankPeers | undefined
  /** Whether it shares the optimizers' state out with them. @default false */
  sharesState?: boolean
}

/** The engine that the config names, with the given weights, before its first step. */
export async function openEngine(
  config: Rates & Pick<RunConfig, 'engine' | 'dtype'>,
  model: ModelConfig,
  start: EngineStart,
  { tensorflow }: Pick<Device, 'tensorflow'>,
  { taskCount = 0, ...tells }: EngineTells = {},
): Promise<StepEngine> {
  const { groups = groupsOf(config, model) } = start
  const engine =
    config.engine === 'eager'
      ? new EagerEngine(model, groups, { taskCount })
      : new GraphEngine(tensorflow, { model, groups, dtype: config.dtype, taskCount, ...tells })
  await engine.importState(start)
  return engine
}

/**
 * Opens the mixture and the tokenizer in the data thread.
 *
 * @param rank and the number of ranks: which share of the conversations is read. @default all
 * @throws MidbenchError `cancelled` when a stop is asked for; an error of an entry, a file or a row
 */
export async function openData(
  port: MessagePort,
  config: RunConfig,
  { baseDir, configDir, cacheDir }: JobLocations,
  { onNotice, start, ...call }: ReportedCall & { start?: BranchStart | undefined },
  { rank, worldSize }: { rank: number; worldSize: number } = { rank: 0, worldSize: 1 },
): Promise<{ data: DataClient; opened: OpenedData }> {
  const data = new DataClient(port, onNotice)
  const taskDataFirst = TASK_DATA_FIRST[config.recipe]
  const opened = await data.open(
    { config, baseDir, configDir, cacheDir, taskDataFirst, rank, worldSize, start },
    call,
  )
  return { data, opened }
}

/** @throws MidbenchError `tokenizer.mismatch` where the model was trained with another vocabulary */
export function requireSameVocabulary(model: ModelConfig, vocabSize: number, checkpoint: string): void {
  if (model.vocab_size === vocabSize) return
  throw new MidbenchError({
    code: 'tokenizer.mismatch',
    message: `${checkpoint} has a vocabulary of ${String(model.vocab_size)}, the tokenizer one of ${String(vocabSize)}.`,
    remedy: 'Use the tokenizer that the model was trained with: its folder lies in the same base_dir.',
  })
}

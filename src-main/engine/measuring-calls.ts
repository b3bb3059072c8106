/** Measuring a checkpoint in a trainer: what is asked, and what is told on the way. Pure data. */
import type { RunConfig } from '../config/config.schema'
import type { Failure } from '../errors'
import type { TaskData } from '../evaluation/measure-task'
import type { MeasuredTask } from '../evaluation/measured-names.schema'
import type { MeasuredScore } from '../evaluation/measurements.schema'
import type { AskedModel } from './asked'

export interface MeasuringQuestion {
  of: AskedModel
  /** Type of the matrix products and of the cache. */
  dtype: RunConfig['dtype']
  /** Folder of the model's tokenizer. */
  tokenizerDir: string
  /** Id of the run that the checkpoint comes from; null where none is known. */
  runId: string | null
  tasks: readonly MeasuredTask[]
  /** The most questions of each task; null = all. */
  most: number | null
  /** Whether programs that the model writes may be run. */
  programs: boolean
  data: TaskData
  /** Folder of the person's data, in which the measurements are kept. */
  dataDir: string
}

export type MeasuringEvent =
  /** First: which checkpoint is measured, and its identity. */
  | { type: 'model'; dir: string; step: number; identity: string }
  | { type: 'begun'; task: MeasuredTask }
  | { type: 'score'; score: MeasuredScore }
  /** The other tasks go on. */
  | { type: 'failed'; task: MeasuredTask; failure: Failure }

/** Which model a question beside a run is about, and how it is computed. */
import type { RunConfig } from '../config/config.schema'

/** A model that questions are asked about beside a run, and where the answers are computed. */
export interface AskedModel {
  /** The folder of a run, whose last checkpoint is asked; null = another model. */
  runDir: string | null
  /** A folder with model_*.pt; null = the base checkpoint that a config starts from. */
  checkpointDir: string | null
  baseDir: string
  dataDir: string
  modelTag: string | null
  /** Of the folder or the base; null = the last. */
  modelStep: number | null
  deviceType: RunConfig['device_type']
  threads: number | null
}

/** What a model is asked with beside a run. */
export interface AnsweredWith {
  of: AskedModel
  /** Type of the matrix products and of the cache. */
  dtype: RunConfig['dtype']
  /** Vocabulary size of the tokenizer that the ids were made with. */
  vocabSize: number
}

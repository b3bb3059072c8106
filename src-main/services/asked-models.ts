/**
 * Finds the model that a question names (runs/model-ref.schema.ts): its files, its tokenizer, and how it is computed;
 * and lists those that can be asked. Whatever asks models beside a run goes through here.
 */
import { join } from 'node:path'

import type { RunConfig } from '../config/config.schema'
import type { RunDetail } from '../config/run.schema'
import { keptFork } from '../runs/branch-folder'
import type { Inspector } from '../runs/inspector'
import type { ModelRef, ModelView } from '../runs/model-ref.schema'
import type { RunManager } from '../runs/run-manager'
import type { CallOptions } from '../threads/calls'
import { tokenizerDirOf } from '../tokenizer-folder'
import type { CheckpointAccess } from './checkpoint-access'
import type { DataAccess } from './data-access'
import { modelViews } from './model-views'

/** A model's files, and where its answers are computed. */
type AskedModel = Parameters<Inspector['losses']>[0]['of']

export interface ResolvedModel {
  of: AskedModel
  /** Folder of its tokenizer. */
  tokenizerDir: string
  /** Type of the matrix products, unless another is asked for. */
  dtype: RunConfig['dtype']
}

/** The config that a base is of, and that says which device computes; with the folder that its paths start from. */
export interface ConfigAt {
  config: RunConfig
  dir: string
}

export interface AskedModelsOptions {
  runs: Pick<RunManager, 'get' | 'list' | 'configs'>
  checkpoints: Pick<CheckpointAccess, 'list' | 'listed'>
  data: Pick<DataAccess, 'locations'>
  /** The folder of the person's data, in which a base checkpoint is made for the starter project. */
  dataDir: string
  /** Number of TensorFlow's threads; null = the number of processors. */
  threads: () => number | null
}

export class AskedModels {
  constructor(private readonly options: AskedModelsOptions) {}

  /** Reads no file. @throws MidbenchError `run.unknown`, `checkpoint.unlisted` */
  resolve(model: ModelRef, at: ConfigAt): ResolvedModel {
    switch (model.of) {
      case 'base':
        return this.base(at)
      case 'run':
        return this.run(this.options.runs.get(model.runId), at)
      case 'checkpoint':
        return this.checkpoint(model, at)
    }
  }

  /** What a run began with, computed as the run was: its base, or what a branch keeps of its parent. */
  beginningOf({ config, dir, model, parent }: RunDetail): ResolvedModel {
    const { tag: model_tag, step: model_step } = model ?? { tag: config.model_tag, step: config.model_step }
    const base = this.base({ config: { ...config, model_tag, model_step }, dir })
    if (parent === null || parent.step === 0) return base
    const { step } = parent
    return { ...base, of: { ...base.of, checkpointDir: keptFork(dir, step), modelStep: step } }
  }

  /** The models that can be asked. Reads their headers: some milliseconds each. @throws MidbenchError `cancelled` */
  async list({ config, dir }: ConfigAt, call: CallOptions): Promise<ModelView[]> {
    const { runs, checkpoints } = this.options
    const found = await checkpoints.list(config, dir, call)
    const summaries = runs.list()
    const configs = runs.configs(summaries.map(({ id }) => id))
    const dtypes = new Map(configs.map((run) => [run.id, run.config.dtype]))
    return modelViews(found, { summaries, dtypes }, config.dtype)
  }

  private base(at: ConfigAt): ResolvedModel {
    const { config } = at
    const of = { ...this.computed(at), modelTag: config.model_tag, modelStep: config.model_step }
    return { of, tokenizerDir: tokenizerDirOf(of.baseDir), dtype: config.dtype }
  }

  private run(run: RunDetail, at: ConfigAt): ResolvedModel {
    const of = { ...this.computed(at), runDir: run.dir }
    return { of, tokenizerDir: this.tokenizerOfRun(run), dtype: run.config.dtype }
  }

  private checkpoint({ dir, step }: Extract<ModelRef, { of: 'checkpoint' }>, at: ConfigAt): ResolvedModel {
    const { runId } = this.options.checkpoints.listed(dir)
    const of = { ...this.computed(at), checkpointDir: dir, modelStep: step }
    if (runId === null)
      return { of, tokenizerDir: tokenizerDirOf(join(dir, '..', '..')), dtype: at.config.dtype }
    const run = this.options.runs.get(runId)
    return { of, tokenizerDir: this.tokenizerOfRun(run), dtype: run.config.dtype }
  }

  private tokenizerOfRun({ config, dir }: RunDetail): string {
    return tokenizerDirOf(this.options.data.locations(config, dir).baseDir)
  }

  private computed({ config, dir }: ConfigAt): AskedModel {
    const { data, dataDir, threads } = this.options
    const { baseDir } = data.locations(config, dir)
    const where = { baseDir, dataDir, deviceType: config.device_type, threads: threads() }
    return { runDir: null, checkpointDir: null, modelTag: null, modelStep: null, ...where }
  }
}

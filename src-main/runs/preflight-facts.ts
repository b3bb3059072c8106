/**
 * Gathers what a preflight needs to know from files and the system. Reads small files and headers only (the base
 * checkpoint's), so it may run on the main thread; the caller gives what only the data thread knows.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import { baseRecipe } from '../checkpoint/checkpoint.schema'
import { tokenizerSize } from '../checkpoint/inspect'
import { readJsonFile } from '../files/python-json'
import { describeModel, describeOptimizers } from '../checkpoint/nanochat-files'
import { findModel, phaseFolders } from '../checkpoint/nanochat-folder'
import { freeSpaceIfKnown } from '../files/disk-space'
import { exists } from '../files/durable'
import { MidbenchError, toFailure } from '../errors'
import { memoryLimit } from '../memory-limit'
import { hasBfloat16 } from '../processor'
import type { RunConfig } from '../config/config.schema'
import type { ModelConfig } from '../model/config.schema'
import type { BaseModel } from './derive'
import { lackingPackages } from './loggers/python/python-packages'
import { nothingKnown, type PreflightFacts } from './preflight'
import { resultFacts } from './result-facts'

/**
 * @param baseDir the nanochat folder
 * @param dataDir where the run's folder will lie
 * @param known what is known besides, from the data thread or from earlier runs
 */
export async function gatherFacts(
  config: RunConfig,
  baseDir: string,
  dataDir: string,
  known: Partial<PreflightFacts> = {},
): Promise<PreflightFacts> {
  const base = known.base ?? (await findBase(config, baseDir))
  return {
    ...nothingKnown,
    base,
    result: base instanceof MidbenchError ? null : await resultFacts(config, { baseDir, dataDir, base }),
    vocabSize: await tokenizerSize(baseDir),
    lackingPackages: await lackingPackages(config.loggers, dataDir),
    freeDiskBytes: await freeSpaceIfKnown(dataDir),
    memoryBytes: memoryLimit(),
    bfloat16: hasBfloat16(),
    processors: availableParallelism(),
    ...known,
  }
}

/** The base checkpoint that the run would start from, or why there is none. */
async function findBase(config: RunConfig, baseDir: string): Promise<BaseModel | MidbenchError> {
  try {
    return (await recipeModel(config, baseDir)) ?? (await storedModel(config, baseDir))
  } catch (error) {
    return error instanceof MidbenchError ? error : new MidbenchError(toFailure(error))
  }
}

async function storedModel(config: RunConfig, baseDir: string): Promise<BaseModel> {
  const { dir, tag, step } = await findModel(baseDir, 'base', config.model_tag, config.model_step)
  const { meta, notes } = await describeModel(dir, step)
  const model = meta.model_config
  const base = { tag, step, config: model, deviceBatchSize: meta.device_batch_size ?? null, notes }
  return config.load_optimizer ? { ...base, optimizer: await findOptimizer(dir, step, model) } : base
}

async function findOptimizer(
  dir: string,
  step: number,
  model: ModelConfig,
): Promise<NonNullable<BaseModel['optimizer']> | null> {
  try {
    return (await describeOptimizers(dir, step, model)) === null ? null : 'there'
  } catch (error) {
    return error instanceof MidbenchError ? error : new MidbenchError(toFailure(error))
  }
}

/** A base that will be made on first use, from the recipe beside the config; null where there is no recipe to use. */
async function recipeModel(config: RunConfig, baseDir: string): Promise<BaseModel | null> {
  const path = join(baseDir, 'base_recipe.json')
  if ((await exists(join(baseDir, phaseFolders.base))) || !(await exists(path))) return null
  const { model_tag: tag, model_config } = await readJsonFile(path, baseRecipe)
  if ((config.model_tag ?? tag) !== tag || (config.model_step ?? 0) !== 0) {
    throw new MidbenchError({
      code: 'checkpoint.missing',
      message: `${path} makes the base checkpoint ${tag} of step 0; the config asks for another.`,
      remedy: `Set model_tag to "${tag}" and leave model_step out.`,
    })
  }
  return { tag, step: 0, config: model_config, deviceBatchSize: null, optimizer: null }
}

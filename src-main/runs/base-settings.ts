/**
 * Reads what a base checkpoint's files say of a run's options, for a recipe that inherits them (config/resolve.ts). Reads
 * a small file and headers: milliseconds.
 */
import { join } from 'node:path'

import { locateBaseFolder } from '../checkpoint/base-folder'
import { describeModel, describeOptimizers, fileNames, loadMeta } from '../checkpoint/nanochat-files'
import { findModel } from '../checkpoint/nanochat-folder'
import type { GivenConfig } from '../config/config.schema'
import { INHERITED } from '../config/recipes.schema'
import type { BaseSettings } from '../config/resolve'
import { MidbenchError } from '../errors'

/**
 * @param given names the base: its tag and step
 * @param baseDir the nanochat folder
 * @returns null where there is no such base or its meta file cannot be read: whoever needs the base itself says why
 */
export async function readBaseSettings(given: GivenConfig, baseDir: string): Promise<BaseSettings | null> {
  return settingsOf(given, baseDir).catch(unlessOurs)
}

async function settingsOf(given: GivenConfig, baseDir: string): Promise<BaseSettings> {
  // a base that will be made from a recipe gets a meta file that says no more than this
  const { recipe } = await locateBaseFolder(baseDir, baseDir)
  if (recipe !== undefined) {
    const value = recipe.model_config.sequence_len
    return { max_seq_len: { value, file: join(baseDir, 'base_recipe.json') } }
  }
  const { model_tag = null, model_step = null, load_optimizer = true } = given
  const { dir, step } = await findModel(baseDir, 'base', model_tag, model_step)
  const meta = await loadMeta(dir, step)
  const parts: Record<(typeof INHERITED)[keyof typeof INHERITED], Record<string, unknown>> = {
    meta,
    user_config: meta.user_config ?? {},
    optimizer: load_optimizer ? await muonSettings(dir, step) : {},
  }
  const { meta: metaFile, optimizers } = fileNames(step)
  return Object.fromEntries(
    Object.entries(INHERITED).map(([name, part]) => {
      const file = join(dir, part === 'optimizer' ? optimizers : metaFile)
      return [name, { value: parts[part][name] ?? null, file }]
    }),
  )
}

/** Nothing where there is no optimizer file for a warm start, or one that the run will refuse. */
async function muonSettings(dir: string, step: number): Promise<{ weight_decay?: number }> {
  const { meta } = await describeModel(dir, step)
  const groups = await describeOptimizers(dir, step, meta.model_config).catch(unlessOurs)
  const muon = groups?.find(({ kind }) => kind === 'muon')
  return muon === undefined ? {} : { weight_decay: muon.weightDecay }
}

function unlessOurs(error: unknown): null {
  if (error instanceof MidbenchError) return null
  throw error
}

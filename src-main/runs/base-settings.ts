/**
 * Reads what a base checkpoint's files say of a run's options, for a recipe that inherits them (config/resolve.ts). Reads
 * one small file.
 */
import { join } from 'node:path'

import { locateBaseFolder } from '../checkpoint/base-folder'
import { fileNames, loadMeta } from '../checkpoint/nanochat-files'
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
  try {
    return await settingsOf(given, baseDir)
  } catch (error) {
    if (error instanceof MidbenchError) return null
    throw error
  }
}

async function settingsOf({ model_tag, model_step }: GivenConfig, baseDir: string): Promise<BaseSettings> {
  // a base that will be made from a recipe gets a meta file that says no more than this
  const { recipe } = await locateBaseFolder(baseDir, baseDir)
  if (recipe !== undefined) {
    return {
      file: join(baseDir, 'base_recipe.json'),
      values: { max_seq_len: recipe.model_config.sequence_len },
    }
  }
  const { dir, step } = await findModel(baseDir, 'base', model_tag ?? null, model_step ?? null)
  const meta = await loadMeta(dir, step)
  const parts: Record<'meta' | 'user_config', Record<string, unknown>> = {
    meta,
    user_config: meta.user_config ?? {},
  }
  const values = Object.entries(INHERITED).map(([name, part]) => [name, parts[part][name]])
  return {
    file: join(dir, fileNames(step).meta),
    values: Object.fromEntries(values) as Record<string, unknown>,
  }
}

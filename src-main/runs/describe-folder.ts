/** What the window shows of a nanochat folder. It lists folders and reads one small file. */
import { join } from 'node:path'

import { baseRecipe } from '../checkpoint/checkpoint.schema'
import { readJsonFile } from '../files/python-json'
import { listModels } from '../checkpoint/nanochat-folder'
import { exists } from '../files/durable'
import { baseDirOf } from '../config/config'
import type { RunConfig } from '../config/config.schema'
import { ENCODING_FILE, tokenizerDirOf } from '../tokenizer-folder'
import type { NanochatFolder } from './nanochat-folder.schema'

/**
 * The folder that a config uses, and where its name comes from.
 *
 * @param dir the folder that the config's relative paths start from
 * @param setting the folder named in the person's settings; null where there is none
 */
export async function describeFolder(
  config: Pick<RunConfig, 'base_dir'>,
  dir: string,
  setting: string | null,
): Promise<NanochatFolder> {
  const path = baseDirOf(config, dir, setting)
  const models = await listModels(path)
  return {
    path,
    origin: originOf(config, setting),
    exists: await exists(path),
    tokenizer: await exists(join(tokenizerDirOf(path), ENCODING_FILE)),
    bases: models.filter(({ phase }) => phase === 'base').map(({ tag }) => tag),
    recipe: await recipeTag(path),
  }
}

function originOf(
  { base_dir }: Pick<RunConfig, 'base_dir'>,
  setting: string | null,
): NanochatFolder['origin'] {
  if (base_dir !== null) return 'config'
  if (setting !== null) return 'settings'
  return process.env['NANOCHAT_BASE_DIR'] ? 'environment' : 'default'
}

/** Null for a damaged recipe too: that is reported where the checkpoint is used. */
async function recipeTag(path: string): Promise<string | null> {
  const recipe = join(path, 'base_recipe.json')
  if (!(await exists(recipe))) return null
  const { model_tag: tag } = await readJsonFile(recipe, baseRecipe).catch(() => ({ model_tag: null }))
  return tag
}

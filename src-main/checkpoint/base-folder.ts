/**
 * Where a run reads its base checkpoint and writes its result.
 *
 * Usually both are the base directory itself. A folder that has no checkpoint but a recipe for one (`base_recipe.json`:
 * tag, seed, config; the starter project) is never written to: its base checkpoint is initialised once under the
 * person's data folder, in nanochat's layout and with a copy of the tokenizer, so that nanochat can continue from what
 * is trained there. The folder's name contains a hash of recipe and tokenizer: where either changes, a new base is
 * made.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { exists, makeFile, makeFolder } from '../files/durable'
import { byteSize } from '../byte-size'
import { MidbenchError } from '../errors'
import { memoryLimit } from '../memory-limit'
import type { ModelConfig } from '../model/config.schema'
import { parameterShapes } from '../model/parameters'
import { baseRecipe, type BaseRecipe, type CheckpointMeta } from './checkpoint.schema'
import { readJsonFile } from '../files/python-json'
import { copyOf } from '../files/sink'
import { ENCODING_FILE, TOKEN_BYTES_FILE, tokenizerDirOf } from '../tokenizer-folder'
import { fileNames, metaText } from './nanochat-files'
import { phaseFolders } from './nanochat-folder'
import { stateDict } from './state-dict'
import { writeTorchFile } from './torch-write'
import type { FloatArray } from './types'
import { saving } from './unwritable'

const tokenizerFiles = [ENCODING_FILE, TOKEN_BYTES_FILE].map((name) => join(tokenizerDirOf('.'), name))

/** Fresh weights by parameter name, row-major; the same for the same config and seed. */
export type Initialise = (config: ModelConfig, seed: number) => ReadonlyMap<string, Float32Array>

export interface BaseFolder {
  /** The folder that contains base_checkpoints/. */
  readFrom: string
  /** The folder that gets mid_checkpoints/. */
  writeTo: string
  /** The recipe that the base was made from. */
  recipe?: BaseRecipe
}

/**
 * Where the base lies, or will lie once it is made. Makes nothing.
 * @throws MidbenchError `checkpoint.json` where the recipe is invalid
 */
export async function locateBaseFolder(baseDir: string, dataDir: string): Promise<BaseFolder> {
  const here = resolve(baseDir)
  const recipePath = join(here, 'base_recipe.json')
  if ((await exists(join(here, phaseFolders.base))) || !(await exists(recipePath))) {
    return { readFrom: here, writeTo: here }
  }
  const recipe = await readJsonFile(recipePath, baseRecipe)
  const folder = join(resolve(dataDir), 'bases', `${basename(here)}-${await fingerprint(here)}`)
  return { readFrom: folder, writeTo: folder, recipe }
}

/**
 * @param baseDir the config's base_dir; may be read-only where it contains a recipe
 * @param dataDir the person's data folder; bases are made in its `bases/`
 * @throws MidbenchError `checkpoint.json` where the recipe is invalid, `checkpoint.write` when the base cannot be
 * written
 */
export async function resolveBaseFolder(
  baseDir: string,
  dataDir: string,
  initialise: Initialise,
): Promise<BaseFolder> {
  const folder = await locateBaseFolder(baseDir, dataDir)
  const { recipe, writeTo } = folder
  if (recipe !== undefined && !(await exists(writeTo))) {
    await makeBase(resolve(baseDir), writeTo, recipe, initialise)
  }
  return folder
}

/** Eight digits of a hash of what the base is made from. */
async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of ['base_recipe.json', ...tokenizerFiles]) {
    hash.update(await readFile(join(folder, name)).catch(() => ''))
  }
  return hash.digest('hex').slice(0, 8)
}

/** Makes the base: two windows that do so at once end with one whole base. */
async function makeBase(
  source: string,
  target: string,
  recipe: BaseRecipe,
  initialise: Initialise,
): Promise<void> {
  requireFitting(join(source, 'base_recipe.json'), recipe)
  await saving(target, () =>
    makeFolder(target, async (beside) => {
      await writeBase(beside, recipe, initialise)
      for (const name of tokenizerFiles) {
        if (await exists(join(source, name))) await makeFile(join(beside, name), copyOf(join(source, name)))
      }
    }),
  )
}

/** Bytes that a layer takes besides its weights. */
const LAYER_BYTES = 4096

/** @throws MidbenchError `checkpoint.recipe` for a model that this machine cannot hold, before trying to make it */
function requireFitting(path: string, { model_config: { n_layer, n_embd, vocab_size } }: BaseRecipe): void {
  const bytes = n_layer * (LAYER_BYTES + 4 * 12 * n_embd ** 2) + 4 * 2 * vocab_size * n_embd
  const limit = memoryLimit()
  if (bytes <= limit) return
  throw new MidbenchError({
    code: 'checkpoint.recipe',
    message: `${path} asks for a model of ${byteSize(bytes)}, and ${byteSize(limit)} of memory may be taken here.`,
    remedy: 'Lower its n_layer, n_embd or vocab_size.',
  })
}

async function writeBase(folder: string, recipe: BaseRecipe, initialise: Initialise): Promise<void> {
  const { model_tag, seed, model_config } = recipe
  const values = initialise(model_config, seed)
  const parameters = new Map<string, FloatArray>()
  for (const [name, shape] of parameterShapes(model_config)) {
    parameters.set(name, { shape, data: values.get(name) ?? new Float32Array() })
  }
  const meta: CheckpointMeta = {
    step: 0,
    val_bpb: null,
    model_config,
    user_config: { run: 'initialised from a seed', seed },
    max_seq_len: model_config.sequence_len,
  }
  const dir = join(folder, phaseFolders.base, model_tag)
  await makeFile(join(dir, fileNames(0).meta), metaText(meta))
  await writeTorchFile(join(dir, fileNames(0).model), stateDict(parameters))
}

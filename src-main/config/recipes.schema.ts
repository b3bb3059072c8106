/**
 * The recipes: "mid" is nanochat's midtraining of January 2026, "sft" its chat_sft of July 2026 (docs/REFERENCE.md §8).
 * A recipe says which defaults hold (config.schema.ts), which mixture a config has that names none, what is inherited
 * from the base checkpoint, and where the result goes. Pure.
 */
import type { MixtureConfig } from '../data/mixture.schema'

export const RECIPES = ['mid', 'sft'] as const
export type Recipe = (typeof RECIPES)[number]

/** How a recipe is called in the window and in messages. */
export const RECIPE_TITLES: Readonly<Record<Recipe, string>> = {
  mid: 'Midtraining (January 2026)',
  sft: 'SFT (today’s nanochat)',
}

/** Said of where a result of recipe mid goes. */
export const NOT_FOUND_BY_LATER =
  'A nanochat from after January 2026 does not look into mid_checkpoints: for it, train with recipe sft, or move the folder to chatsft_checkpoints.'

/** The mixture of chat_sft; val is midtraining's. */
const SFT_MIXTURE: MixtureConfig = {
  train: [
    { task: 'SmolTalk', split: 'train' },
    { task: 'MMLU', subset: 'all', split: 'auxiliary_train', repeat: 3 },
    { task: 'GSM8K', subset: 'main', split: 'train', repeat: 4 },
  ],
  val: [
    { task: 'SmolTalk', split: 'test' },
    { task: 'MMLU', subset: 'all', split: 'test', stop: 5200 },
    { task: 'GSM8K', subset: 'main', split: 'test', stop: 420 },
  ],
}

/** The mixture of a config that names none; null where it has to name one, as midtraining's needs files of its own. */
export const DEFAULT_MIXTURES: Readonly<Record<Recipe, MixtureConfig | null>> = {
  mid: null,
  sft: SFT_MIXTURE,
}

/**
 * Whether a data set is looked for in nanochat's task_data first, or in the hub's cache (data/locations.ts): each recipe
 * reads first what the nanochat of its time reads.
 */
export const TASK_DATA_FIRST: Readonly<Record<Recipe, boolean>> = { mid: false, sft: true }

/**
 * The options that recipe sft takes from the base checkpoint where they are not given, and what has them: its meta file
 * under the same name, the user_config in there, or, on a warm start, the settings of Muon in its optimizer file.
 */
export const INHERITED = {
  max_seq_len: 'meta',
  device_batch_size: 'meta',
  total_batch_size: 'meta',
  embedding_lr: 'user_config',
  unembedding_lr: 'user_config',
  matrix_lr: 'user_config',
  weight_decay: 'optimizer',
} as const

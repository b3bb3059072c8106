/**
 * The mixture of today's chat_sft (docs/REFERENCE.md §1), with the val slices of the golden figures: over the folder
 * tests/golden/nanochat_now its lengths are those of sft.json.
 */
import { DEFAULT_MIXTURES } from '../../src-main/config/recipes.schema'
import { mixture, type MixtureConfig } from '../../src-main/data/mixture.schema'

export const sftMixture: MixtureConfig = mixture.parse({
  train: DEFAULT_MIXTURES.sft?.train,
  val: [
    { task: 'SmolTalk', split: 'test' },
    { task: 'MMLU', subset: 'all', split: 'test', stop: 52 },
    { task: 'GSM8K', subset: 'main', split: 'test', stop: 20 },
  ],
})

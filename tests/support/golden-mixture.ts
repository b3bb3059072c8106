/** The golden mixture (docs/REFERENCE.md §7): the default one over the synthetic files of tests/golden. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataLocations } from '../../src-main/data/mixture'
import { mixture, type MixtureConfig } from '../../src-main/data/mixture.schema'
import { goldenPath } from './golden'

export const goldenMixture: MixtureConfig = mixture.parse({
  train: [
    { task: 'SmolTalk', split: 'train', data_files: goldenPath('datasets/smol-smoltalk-train.parquet') },
    {
      task: 'MMLU',
      subset: 'auxiliary_train',
      split: 'train',
      data_files: goldenPath('datasets/mmlu-auxiliary_train-train.parquet'),
    },
    {
      task: 'GSM8K',
      subset: 'main',
      split: 'train',
      data_files: goldenPath('datasets/gsm8k-main-train.parquet'),
    },
    {
      task: 'CustomJSON',
      filepath: goldenPath('nanochat_base/identity_conversations.jsonl'),
      repeat: 2,
    },
    { task: 'SimpleSpelling', split: 'train', size: 200 },
    { task: 'SpellingBee', split: 'train', size: 80 },
  ],
  val: [
    { task: 'SmolTalk', split: 'test', data_files: goldenPath('datasets/smol-smoltalk-test.parquet') },
    {
      task: 'MMLU',
      subset: 'all',
      split: 'test',
      stop: 52,
      data_files: goldenPath('datasets/mmlu-all-test.parquet'),
    },
    {
      task: 'GSM8K',
      subset: 'main',
      split: 'test',
      stop: 20,
      data_files: goldenPath('datasets/gsm8k-main-test.parquet'),
    },
  ],
})

export const goldenTokenizerDir = goldenPath('nanochat_base/tokenizer')

/** Where the golden mixture's data lies, with a cache folder of its own. */
export async function goldenLocations(): Promise<DataLocations> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'midbench-golden-'))
  return { baseDir: goldenPath('nanochat_base'), configDir: goldenPath('.'), cacheDir }
}

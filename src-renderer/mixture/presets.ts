/**
 * Mixtures to start from: the reference's own, those of its two recipes (docs/REFERENCE.md §1, §8), and parts of them.
 * Those whose data is large say so, and so do those that set more than the mixture.
 */
import { DEFAULT_MIXTURES } from '../../src-main/contract/contract'
import type { RunConfig } from '../api/types'

type Mixture = RunConfig['mixture']

export interface Preset {
  id: string
  title: string
  /** A few words: how many rows, and what is downloaded if it is missing. */
  about: string
  /** The recipe that it sets, with all options that a recipe decides; null where it sets the mixture alone. */
  recipe: RunConfig['recipe'] | null
  /** @param baseDir the nanochat folder */
  mixture: (baseDir: string) => Mixture
}

const identity = (baseDir: string): Mixture['train'][number] => ({
  task: 'CustomJSON',
  filepath: `${baseDir}/identity_conversations.jsonl`,
})

/** The reference's default, and its val. */
export const nanochatMixture = (baseDir: string): Mixture => ({
  train: [
    { task: 'SmolTalk', split: 'train' },
    { task: 'MMLU', subset: 'auxiliary_train', split: 'train' },
    { task: 'GSM8K', subset: 'main', split: 'train' },
    { ...identity(baseDir), repeat: 2 },
    { task: 'SimpleSpelling', split: 'train', size: 200_000 },
    { task: 'SpellingBee', split: 'train', size: 80_000 },
  ],
  val: [
    { task: 'SmolTalk', split: 'test' },
    { task: 'MMLU', subset: 'all', split: 'test', stop: 5200 },
    { task: 'GSM8K', subset: 'main', split: 'test', stop: 420 },
  ],
})

/** chat_sft as it is since July 2026. */
const sft = (): Mixture => DEFAULT_MIXTURES.sft ?? { train: [], val: [] }

/** chat_sft with the three tasks that upstream deleted then, in its order and sizes of before. */
const sftWithOurs = (baseDir: string): Mixture => {
  const { train, val } = sft()
  return {
    train: [
      ...train.slice(0, 1),
      { ...identity(baseDir), repeat: 2 },
      ...train.slice(1),
      { task: 'SimpleSpelling', split: 'train', size: 200_000 },
      { task: 'SpellingBee', split: 'train', size: 80_000 },
    ],
    val,
  }
}

/** The default with each task cut to about a twentieth, so that their shares stay. */
const twentieth = (baseDir: string): Mixture => ({
  train: [
    { task: 'SmolTalk', split: 'train', stop: 23_000 },
    { task: 'MMLU', subset: 'auxiliary_train', split: 'train', stop: 5000 },
    { task: 'GSM8K', subset: 'main', split: 'train', stop: 375 },
    { ...identity(baseDir), stop: 100 },
    { task: 'SimpleSpelling', split: 'train', size: 10_000 },
    { task: 'SpellingBee', split: 'train', size: 4000 },
  ],
  val: [
    { task: 'SmolTalk', split: 'test', stop: 1200 },
    { task: 'MMLU', subset: 'all', split: 'test', stop: 260 },
    { task: 'GSM8K', subset: 'main', split: 'test', stop: 21 },
  ],
})

const withoutChat = (baseDir: string): Mixture => ({
  train: [
    { task: 'GSM8K', subset: 'main', split: 'train', repeat: 4 },
    { ...identity(baseDir), repeat: 2 },
    { task: 'SimpleSpelling', split: 'train', size: 20_000 },
    { task: 'SpellingBee', split: 'train', size: 80_000 },
  ],
  val: [
    { task: 'GSM8K', subset: 'main', split: 'test', stop: 420 },
    { task: 'SpellingBee', split: 'test', size: 1000 },
  ],
})

export const PRESETS: readonly Preset[] = [
  {
    id: 'sft',
    title: 'SFT as upstream',
    about: "Today's chat_sft: three tasks, 790,000 rows; sets recipe and options",
    recipe: 'sft',
    mixture: sft,
  },
  {
    id: 'sft-ours',
    title: 'SFT with our tasks',
    about: 'With identity and spelling: 1,072,000 rows; sets recipe and options',
    recipe: 'sft',
    mixture: sftWithOurs,
  },
  {
    id: 'nanochat',
    title: 'Midtraining',
    about: 'mid_train of January 2026: 850,000 rows; sets recipe and options',
    recipe: 'mid',
    mixture: nanochatMixture,
  },
  {
    id: 'twentieth',
    title: 'A twentieth of midtraining',
    about: 'The same tasks in the same shares, 42,000 rows',
    recipe: null,
    mixture: twentieth,
  },
  {
    id: 'tools',
    title: 'Arithmetic, spelling, identity',
    about: 'No general chat: 132,000 rows, little to download',
    recipe: null,
    mixture: withoutChat,
  },
]

/**
 * Mixtures to start from: the reference's own (docs/REFERENCE.md §1) and parts of it. Those whose data is large say so.
 */
import type { RunConfig } from '../api/types'

type Mixture = RunConfig['mixture']

export interface Preset {
  id: string
  title: string
  /** A few words: how many rows, and what is downloaded if it is missing. */
  about: string
  /** @param baseDir the nanochat folder */
  mixture: (baseDir: string) => Mixture
}

const identity = (baseDir: string): Mixture['train'][number] => ({
  task: 'CustomJSON',
  filepath: `${baseDir}/identity_conversations.jsonl`,
})

/** The reference's default, and its val. */
const nanochat = (baseDir: string): Mixture => ({
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
    id: 'nanochat',
    title: "nanochat's mid_train",
    about: "The reference's default: six tasks, 850,000 rows",
    mixture: nanochat,
  },
  {
    id: 'twentieth',
    title: 'A twentieth of it',
    about: 'The same tasks in the same shares, 42,000 rows',
    mixture: twentieth,
  },
  {
    id: 'tools',
    title: 'Arithmetic, spelling, identity',
    about: 'No general chat: 132,000 rows, little to download',
    mixture: withoutChat,
  },
]

/** Readers of torch files, checkpoints and tokenizers. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { resolveBaseFolder } from '../../../src-main/checkpoint/base-folder'
import { describeModel, loadModel, loadOptimizers } from '../../../src-main/checkpoint/nanochat-files'
import {
  checkpointFolder,
  latestValid,
  loadRunCheckpoint,
  saveRunCheckpoint,
} from '../../../src-main/checkpoint/run-checkpoint'
import { withTorchFile } from '../../../src-main/checkpoint/torch-read'
import { arrayOf, OrderedDict, TorchTensor, type TorchValue } from '../../../src-main/checkpoint/torch-value'
import { initParameters } from '../../../src-main/model/init'
import { unpickle } from '../../../src-main/pickle/unpickle'
import { renderConversation } from '../../../src-main/tokenizer/render'
import { loadTokenizer } from '../../../src-main/tokenizer/tokenizer'
import { tinyCheckpoint, tinyConfig } from '../../support/checkpoints'
import { goldenPath } from '../../support/golden'
import { STARTER_DIR } from '../../support/small-project'
import { damageBytes } from '../mutations/bytes'
import { damageJson } from '../mutations/json'
import { damagePickle } from '../mutations/pickle'
import { damageTorchFile } from '../mutations/zip'
import type { Reader } from './reader'

const TORCH_FILES = [
  'float64.pt',
  'legacy.pt',
  'no-checksums.pt',
  'views.pt',
  'model_000003.pt',
  'optim_000003_rank0.pt',
]
const TOKENIZER = ['tokenizer.pkl', 'token_bytes.pt']
const conversation = {
  messages: [
    { role: 'user' as const, content: 'Spell  the word: naïve 🙂 12345' },
    { role: 'assistant' as const, content: 'n,a,ï,v,e\n\n' },
  ],
}

const torch: Reader = {
  name: 'torch',
  async prepare(folder) {
    for (const name of TORCH_FILES) await cp(goldenPath(`checkpoint/${name}`), join(folder, name))
    return TORCH_FILES.map((file) => ({ file, damage: damageTorchFile }))
  },
  read: (folder, { file }) => withTorchFile(join(folder, file), (root) => readTensors(root)),
}

/** Reads every tensor of a tree, as loading a checkpoint does; what is mentioned twice is read once. */
async function readTensors(root: TorchValue, seen = new Set<TorchValue>()): Promise<number> {
  if (seen.has(root)) return 0
  seen.add(root)
  if (root instanceof TorchTensor) return (await arrayOf(root)).data.length
  const parts = Array.isArray(root) ? root : root instanceof OrderedDict ? root.entries.values() : undefined
  let elements = 0
  for (const part of parts ?? (root instanceof Map ? root.values() : []))
    elements += await readTensors(part, seen)
  return elements
}

const pickle: Reader = {
  name: 'pickle',
  async prepare(folder) {
    await cp(join(STARTER_DIR, 'tokenizer/tokenizer.pkl'), join(folder, 'large.pkl'))
    await cp(goldenPath('nanochat_base/tokenizer/tokenizer.pkl'), join(folder, 'small.pkl'))
    return ['large.pkl', 'small.pkl'].map((file) => ({ file, damage: damagePickle }))
  },
  async read(folder, { file }) {
    const globals = new Set(['tiktoken.core.Encoding', 'collections.OrderedDict'])
    return unpickle(await readFile(join(folder, file)), { what: file, globals })
  },
}

/** A checkpoint whose meta or model is damaged: described as the window does, and loaded as a run does. */
const meta: Reader = {
  name: 'meta',
  async prepare(folder) {
    for (const name of ['meta_000003.json', 'model_000003.pt']) {
      await cp(goldenPath(`checkpoint/${name}`), join(folder, name))
    }
    return [
      { file: 'meta_000003.json', damage: damageJson },
      { file: 'meta_000003.json', damage: damageJson },
      { file: 'model_000003.pt', damage: damageTorchFile },
    ]
  },
  async read(folder) {
    await describeModel(folder, 3)
    return (await loadModel(folder, 3)).tensors.size
  },
}

const optimizer: Reader = {
  name: 'optimizer',
  async prepare(folder) {
    await cp(goldenPath('checkpoint/optim_000003_rank0.pt'), join(folder, 'optim_000003_rank0.pt'))
    return [{ file: 'optim_000003_rank0.pt', damage: damageTorchFile }]
  },
  read: (folder) => loadOptimizers(folder, 3, tinyConfig),
}

const tokenizer: Reader = {
  name: 'tokenizer',
  async prepare(folder) {
    for (const name of TOKENIZER) await cp(goldenPath(`nanochat_base/tokenizer/${name}`), join(folder, name))
    return [{ file: 'tokenizer.pkl', damage: damagePickle }]
  },
  read: readTokenizer,
}

const tokenBytes: Reader = {
  name: 'token_bytes',
  prepare: async (folder) => {
    await tokenizer.prepare(folder)
    return [{ file: 'token_bytes.pt', damage: damageTorchFile }]
  },
  read: readTokenizer,
}

async function readTokenizer(folder: string): Promise<number> {
  const loaded = await loadTokenizer(folder)
  const { ids } = renderConversation(loaded, conversation)
  return loaded.decode(ids).length
}

/** A run's checkpoint: whole as it was written, or passed over. */
const runCheckpoint: Reader = {
  name: 'run-checkpoint',
  exact: true,
  async prepare(folder) {
    const dir = checkpointFolder(join(folder, 'checkpoints'), 5)
    await mkdir(join(folder, 'checkpoints'))
    await saveRunCheckpoint(dir, tinyCheckpoint(5))
    const at = (name: string): string => join('checkpoints', 'step_000005', name)
    return [
      { file: at('manifest.json'), damage: damageJson },
      { file: at('resume.json'), damage: damageJson },
      { file: at('meta_000005.json'), damage: damageJson },
      { file: at('model_000005.pt'), damage: damageTorchFile },
      { file: at('optim_000005_rank0.pt'), damage: damageBytes },
    ]
  },
  async read(folder) {
    const { checkpoint } = await latestValid(join(folder, 'checkpoints'))
    return checkpoint === null ? null : loadRunCheckpoint(checkpoint)
  },
}

const recipe: Reader = {
  name: 'recipe',
  async prepare(folder) {
    const starter = { model_tag: 'd2', seed: 42, model_config: { ...tinyConfig } }
    await writeFile(join(folder, 'base_recipe.json'), JSON.stringify(starter))
    return [{ file: 'base_recipe.json', damage: damageJson }]
  },
  read: (folder) => resolveBaseFolder(folder, join(folder, 'data'), initParameters),
}

export const checkpointReaders: readonly Reader[] = [
  ...[torch, pickle, meta, optimizer],
  ...[tokenizer, tokenBytes, runCheckpoint, recipe],
]

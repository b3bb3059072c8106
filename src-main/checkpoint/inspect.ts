/**
 * What the checkpoint browser shows of one model: config, bits per byte, size, its tensors, parameters by group, and
 * whether a run can start from it, or why not. It reads headers only, never a weight, so it takes milliseconds whatever
 * the model's size. Faults of a checkpoint are part of the answer: nothing here throws for one.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toFailure, type Failure } from '../errors'
import type { ModelConfig } from '../model/config.schema'
import { parameterShapes } from '../model/parameters'
import { elementCount } from './dtype'
import { fileNames, readMeta } from './nanochat-files'
import { modelTensors, namedTensors } from './state-dict'
import { withTorchFile } from './torch-read'
import { TorchTensor } from './torch-value'
import type { Dtype } from './types'
import { TOKEN_BYTES_FILE, tokenizerDirOf } from '../tokenizer-folder'

export interface TensorSummary {
  name: string
  shape: number[]
  dtype: Dtype
  group: GroupName
}

export type GroupName = 'embedding' | 'value embeddings' | 'head' | 'attention' | 'mlp' | 'scalars' | 'other'

export interface CheckpointSummary {
  dir: string
  step: number
  /** Includes the form of nanochat's model that the tensors show; null where meta_*.json is missing or wrong. */
  config: ModelConfig | null
  valBpb: number | null
  /** Bytes of the step's files: model, meta, the optimizers of every rank. */
  bytes: number
  /** In the file's order; empty where the model cannot be read. */
  tensors: TensorSummary[]
  /** Parameters by group; empty groups are left out. */
  groups: { name: GroupName; parameters: number }[]
  parameters: number
  /** Whether the optimizers' state is there too. */
  hasOptimizers: boolean
  /** Reasons why no run can start from it; empty where one can. */
  obstacles: Failure[]
  /** Sentences on what the meta file does not specify, and how that is read. */
  notes: string[]
}

/**
 * @param dir holds model_*.pt and meta_*.json
 * @param vocabSize of the tokenizer that a run would use; null = not compared
 */
export async function inspectCheckpoint(
  dir: string,
  step: number,
  vocabSize: number | null = null,
): Promise<CheckpointSummary> {
  const obstacles: Failure[] = []
  const note = (error: unknown) => {
    const failure = toFailure(error)
    // The file system's own reason: no permission, or a disk error.
    obstacles.push(failure.code === 'internal' ? { ...failure, code: 'checkpoint.unreadable' } : failure)
  }
  const read = await readMeta(dir, step).catch((error: unknown) => {
    note(error)
    return null
  })
  const meta = read?.meta ?? null
  const path = join(dir, fileNames(step).model)
  const { tensors, config } = await readTensors(path, meta?.model_config ?? null, note)
  if (config !== null && vocabSize !== null && config.vocab_size !== vocabSize) {
    obstacles.push(otherVocabulary(config.vocab_size, vocabSize))
  }
  const { bytes, hasOptimizers } = await sizes(dir, step)
  return {
    dir,
    step,
    config,
    valBpb: meta?.val_bpb ?? null,
    bytes,
    tensors,
    groups: countByGroup(tensors),
    parameters: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    hasOptimizers,
    obstacles,
    notes: read?.notes ?? [],
  }
}

/** The tensors in the file. Reasons why they do not fit the config go to `note`. */
async function readTensors(
  path: string,
  config: ModelConfig | null,
  note: (error: unknown) => void,
): Promise<{ tensors: TensorSummary[]; config: ModelConfig | null }> {
  const tensors: TensorSummary[] = []
  let found = config
  try {
    await withTorchFile(path, async (root) => {
      for (const [name, { shape, dtype }] of namedTensors(root, path)) {
        tensors.push({ name, shape: [...shape], dtype, group: groupOf(name) })
      }
      if (config !== null) found = modelTensors(root, config, path).config
      return Promise.resolve()
    })
  } catch (error) {
    note(error)
  }
  return { tensors, config: found }
}

/** Parameters of each group of a model of that config, as {@link CheckpointSummary} counts them. */
export function groupsOfConfig(config: ModelConfig): CheckpointSummary['groups'] {
  return countByGroup([...parameterShapes(config)].map(([name, shape]) => ({ group: groupOf(name), shape })))
}

/**
 * Number of tokens of the tokenizer in a nanochat folder, by the length of its token_bytes.pt; null where that cannot
 * be read.
 * @param baseDir holds tokenizer/
 */
export async function tokenizerSize(baseDir: string): Promise<number | null> {
  try {
    return await withTorchFile(join(tokenizerDirOf(baseDir), TOKEN_BYTES_FILE), (root) =>
      Promise.resolve(root instanceof TorchTensor ? elementCount(root.shape) : null),
    )
  } catch {
    return null
  }
}

function groupOf(name: string): GroupName {
  if (name.includes('.wte.')) return 'embedding'
  if (name.includes('value_embeds.')) return 'value embeddings'
  if (name.includes('lm_head.')) return 'head'
  if (name.includes('.attn.')) return 'attention'
  if (name.includes('.mlp.')) return 'mlp'
  return /(_lambdas?|smear_gate\.weight)$/.test(name) ? 'scalars' : 'other'
}

function countByGroup(
  tensors: readonly Pick<TensorSummary, 'group' | 'shape'>[],
): CheckpointSummary['groups'] {
  const counts = new Map<GroupName, number>()
  for (const { group, shape } of tensors) counts.set(group, (counts.get(group) ?? 0) + elementCount(shape))
  return [...counts].map(([name, parameters]) => ({ name, parameters }))
}

async function sizes(dir: string, step: number): Promise<{ bytes: number; hasOptimizers: boolean }> {
  const { model, meta } = fileNames(step)
  const optimizers = new RegExp(`^optim_0*${String(step)}_rank\\d+\\.pt$`)
  const names = await readdir(dir).catch((): string[] => [])
  let bytes = 0
  for (const name of names.filter((each) => each === model || each === meta || optimizers.test(each))) {
    bytes += await stat(join(dir, name)).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return { bytes, hasOptimizers: names.some((name) => optimizers.test(name)) }
}

function otherVocabulary(model: number, tokenizer: number): Failure {
  return {
    code: 'tokenizer.mismatch',
    message: `The model has a vocabulary of ${String(model)}, the tokenizer one of ${String(tokenizer)}.`,
    remedy: 'Use the tokenizer that the model was trained with: its folder lies in the same base_dir.',
  }
}

/**
 * What the checkpoint browser shows of one model: config, bits per byte, size, its tensors, parameters by group, and
 * whether a run can start from it, or why not. Reads headers only, never a weight, so it costs milliseconds whatever the
 * model weighs. What is wrong with a checkpoint is part of the answer: nothing here throws for it.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toFailure, type Failure } from '../errors'
import type { ModelConfig } from '../model/config.schema'
import { elementCount } from './dtype'
import { fileNames, loadMeta } from './nanochat-files'
import { modelTensors, namedTensors } from './state-dict'
import { withTorchFile } from './torch-read'
import type { Dtype } from './types'

export interface TensorSummary {
  name: string
  shape: number[]
  dtype: Dtype
  group: GroupName
}

export type GroupName = 'embedding' | 'head' | 'attention' | 'mlp' | 'scalars' | 'other'

export interface CheckpointSummary {
  dir: string
  step: number
  /** Null where meta_*.json is missing or wrong. */
  config: ModelConfig | null
  valBpb: number | null
  /** Bytes of the step's files: model, meta, optimizers. */
  bytes: number
  /** In the file's order; empty where the model cannot be read. */
  tensors: TensorSummary[]
  /** Parameters by group; groups without any are left out. */
  groups: { name: GroupName; parameters: number }[]
  parameters: number
  /** Whether the optimizers' state is there too. */
  hasOptimizers: boolean
  /** Why no run can start from it; empty where one can. */
  obstacles: Failure[]
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
    obstacles.push(toFailure(error))
  }
  const meta = await loadMeta(dir, step).catch((error: unknown) => {
    note(error)
    return null
  })
  const config = meta?.model_config ?? null
  const tensors = await readTensors(join(dir, fileNames(step).model), config, note)
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
  }
}

/** The tensors as the file has them; what keeps them from fitting the config goes to `note`. */
async function readTensors(
  path: string,
  config: ModelConfig | null,
  note: (error: unknown) => void,
): Promise<TensorSummary[]> {
  const tensors: TensorSummary[] = []
  try {
    await withTorchFile(path, async (root) => {
      for (const [name, { shape, dtype }] of namedTensors(root, path)) {
        tensors.push({ name, shape: [...shape], dtype, group: groupOf(name) })
      }
      if (config !== null) modelTensors(root, config, path)
      return Promise.resolve()
    })
  } catch (error) {
    note(error)
  }
  return tensors
}

function groupOf(name: string): GroupName {
  if (name.includes('.wte.')) return 'embedding'
  if (name.includes('lm_head.')) return 'head'
  if (name.includes('.attn.')) return 'attention'
  if (name.includes('.mlp.')) return 'mlp'
  return name.endsWith('_lambdas') ? 'scalars' : 'other'
}

function countByGroup(tensors: TensorSummary[]): CheckpointSummary['groups'] {
  const counts = new Map<GroupName, number>()
  for (const { group, shape } of tensors) counts.set(group, (counts.get(group) ?? 0) + elementCount(shape))
  return [...counts].map(([name, parameters]) => ({ name, parameters }))
}

async function sizes(dir: string, step: number): Promise<{ bytes: number; hasOptimizers: boolean }> {
  const names = fileNames(step)
  const sizeOf = (name: string) =>
    stat(join(dir, name)).then(
      ({ size }) => size,
      () => null,
    )
  const optimizers = await sizeOf(names.optimizers)
  const others = ((await sizeOf(names.model)) ?? 0) + ((await sizeOf(names.meta)) ?? 0)
  return { bytes: others + (optimizers ?? 0), hasOptimizers: optimizers !== null }
}

function otherVocabulary(model: number, tokenizer: number): Failure {
  return {
    code: 'tokenizer.mismatch',
    message: `The model has a vocabulary of ${String(model)}, the tokenizer one of ${String(tokenizer)}.`,
    remedy: 'Use the tokenizer that the model was trained with: its folder lies in the same base_dir.',
  }
}

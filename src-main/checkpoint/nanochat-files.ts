/**
 * The files of one model at one step, as nanochat's checkpoint_manager names and reads them: `model_000150.pt`,
 * `meta_000150.json`, `optim_000150_rank0.pt`, side by side in a folder.
 */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { z } from 'zod'
import { MidbenchError } from '../errors'
import type { ModelConfig } from '../model/config.schema'
import { parameterShapes } from '../model/parameters'
import { withoutVariant } from '../model/variants/recognise'
import type { ParameterGroup } from '../optimizers/groups'
import { parameterGroups } from '../optimizers/optimizers'
import { storedMeta, type CheckpointMeta } from './checkpoint.schema'
import { exists, makeFile } from '../files/durable'
import { readJsonFile } from '../files/python-json'
import type { WrittenFile } from '../files/sink'
import { codeOf } from '../system-error'
import { combinedStateDict } from './optimizer-combined'
import { dealtStateDicts } from './optimizer-dealt'
import { readOptimizerFile, readOptimizerGroups } from './optimizer-read'
import { optimizerStateDicts } from './optimizer-write'
import { modelTensors, readModelFile, stateDict } from './state-dict'
import { withTorchFile } from './torch-read'
import { writeTorchFile } from './torch-write'
import type { ModelCheckpoint, OptimizerStates, ParameterArray } from './types'

export interface FileNames {
  model: string
  meta: string
  optimizers: string
}

export function fileNames(step: number): FileNames {
  const digits = String(step).padStart(6, '0')
  return {
    model: `model_${digits}.pt`,
    meta: `meta_${digits}.json`,
    optimizers: `optim_${digits}_rank0.pt`,
  }
}

/** The steps for which a folder holds a model, ascending. */
export async function listSteps(dir: string): Promise<number[]> {
  const steps: number[] = []
  for (const name of await readdir(dir)) {
    const digits = /^model_(\d+)\.pt$/.exec(name)?.[1]
    if (digits !== undefined) steps.push(Number(digits))
  }
  return steps.sort((a, b) => a - b)
}

/**
 * The step to load: the given one, or the last.
 * @throws MidbenchError `checkpoint.missing`
 */
export async function chooseStep(dir: string, step?: number | null): Promise<number> {
  const steps = await listSteps(dir).catch((): number[] => [])
  const chosen = step ?? steps.at(-1)
  if (chosen !== undefined && steps.includes(chosen)) return chosen
  throw new MidbenchError({
    code: 'checkpoint.missing',
    message:
      steps.length === 0
        ? `${dir} holds no model_*.pt.`
        : `${dir} holds no model of step ${String(step)}; it holds ${steps.join(', ')}.`,
    remedy: 'Choose a folder with a model_*.pt and its meta_*.json, such as base_checkpoints/d12.',
  })
}

/**
 * The meta file alone, which does not tell the model's form: for that, see {@link describeModel}.
 * @throws MidbenchError `checkpoint.missing`, `checkpoint.json`
 */
export async function loadMeta(dir: string, step: number): Promise<CheckpointMeta> {
  return (await readMeta(dir, step)).meta
}

/** Like {@link loadMeta}, with what the file does not specify and how that is read. */
export async function readMeta(
  dir: string,
  step: number,
): Promise<{ meta: CheckpointMeta; notes: string[] }> {
  const { step: said, user_config, device_batch_size, max_seq_len, ...rest } = await readStored(dir, step)
  const unused = Object.entries({ user_config, device_batch_size, max_seq_len })
  const given = Object.fromEntries(unused.filter(([, value]) => value !== null && value !== undefined))
  const { meta: name } = fileNames(step)
  const empty = unused.filter(([, value]) => value === null).map(([key]) => key)
  return {
    meta: { ...rest, ...given, step: said ?? step },
    notes: [
      ...((said ?? null) === null
        ? [`${name} does not say its step: it is taken as ${String(step)}, by its name.`]
        : []),
      ...(empty.length > 0 ? [`${name} has null for ${empty.join(', ')}: read as not given.`] : []),
    ],
  }
}

async function readStored(dir: string, step: number): Promise<z.output<typeof storedMeta>> {
  const { meta, model } = fileNames(step)
  try {
    return await readJsonFile(join(dir, meta), storedMeta)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new MidbenchError(
      {
        code: 'checkpoint.missing',
        message: `${join(dir, meta)} is missing; it says what ${model} holds.`,
        remedy: 'Copy it from where the model was trained.',
      },
      { cause: error },
    )
  }
}

/**
 * The meta of a model whose parameters fit it, with the form of nanochat's model that they show. Reads headers, no
 * weights: milliseconds.
 * @throws MidbenchError as {@link loadModel}
 */
export async function describeModel(
  dir: string,
  step: number,
): Promise<{ meta: CheckpointMeta; notes: string[] }> {
  const { meta, notes } = await readMeta(dir, step)
  const path = join(dir, fileNames(step).model)
  return withTorchFile(path, (root) => {
    const { config } = modelTensors(root, meta.model_config, path)
    return Promise.resolve({ meta: { ...meta, model_config: config }, notes })
  })
}

/**
 * Reads a model and its meta, checked against each other; the last step when none is given. Nothing is loaded in part.
 * @param dir holds model_*.pt and meta_*.json
 * @returns the meta with the form of nanochat's model that the parameters show
 * @throws MidbenchError `checkpoint.missing`, `checkpoint.json`, `checkpoint.damaged`, `checkpoint.dtype`,
 * `checkpoint.not-finite`, `pickle.refused`, `zip.refused`, `model.parameters`
 */
export async function loadModel(
  dir: string,
  step?: number | null,
): Promise<{ step: number; meta: CheckpointMeta; tensors: Map<string, ParameterArray> }> {
  const chosen = await chooseStep(dir, step)
  const meta = await loadMeta(dir, chosen)
  const { config, parameters } = await readModelFile(join(dir, fileNames(chosen).model), meta.model_config)
  return { step: chosen, meta: { ...meta, model_config: config }, tensors: parameters }
}

/** The optimizers' states of a step, for a model of that config: the shares of all ranks, where there are several. */
export async function loadOptimizers(
  dir: string,
  step: number,
  config: ModelConfig,
): Promise<OptimizerStates> {
  const { groups, shapes } = groupsToRead(config)
  return readOptimizerFile(await listOptimizerFiles(dir, step), groups, shapes)
}

/**
 * The groups of the optimizers' states of a step, with their settings; null where there are no states.
 *
 * @throws MidbenchError `checkpoint.optimizer` naming the first group that is not of a model of that config
 */
export async function describeOptimizers(
  dir: string,
  step: number,
  config: ModelConfig,
): Promise<ParameterGroup[] | null> {
  const { groups, shapes } = groupsToRead(config)
  const files = await listOptimizerFiles(dir, step)
  if (!(await exists(files[0] ?? ''))) return null
  return readOptimizerGroups(files, groups, shapes)
}

/** Only names and order are taken from these groups; the rates come from the file. */
function groupsToRead(config: ModelConfig): {
  groups: ParameterGroup[]
  shapes: Map<string, readonly number[]>
} {
  const shapes = new Map(parameterShapes(config))
  const rates = { embedding_lr: 0, unembedding_lr: 0, matrix_lr: 0, weight_decay: 0, init_lr_frac: 1 }
  return { groups: parameterGroups(shapes, config.n_embd, rates), shapes }
}

/** The optimizer files of a step, by rank; that of rank 0 even where it is missing. */
async function listOptimizerFiles(dir: string, step: number): Promise<string[]> {
  const there = new Set(await readdir(dir).catch((): string[] => []))
  const all = rankFiles(dir, step, there.size + 1)
  const missing = all.findIndex((path, rank) => rank > 0 && !there.has(basename(path)))
  return all.slice(0, missing === -1 ? undefined : missing)
}

/**
 * Writes the three files so that nanochat's load_checkpoint reads them. The model comes last, because nanochat looks
 * for it: whoever finds it finds the others too.
 * @returns the written files, by name
 */
export async function writeModelCheckpoint(
  dir: string,
  checkpoint: ModelCheckpoint,
): Promise<Map<string, WrittenFile>> {
  const { step, meta, model, optimizers } = checkpoint
  const combined = (checkpoint.combined ?? false) || meta.model_config.variant !== undefined
  const names = fileNames(step)
  const written = new Map<string, WrittenFile>()
  const shapes = parameterShapes(meta.model_config)
  const states = combined ? combinedStateDict(optimizers, shapes) : optimizerStateDicts(optimizers)
  written.set(names.optimizers, await writeTorchFile(join(dir, names.optimizers), states))
  written.set(names.meta, await makeFile(join(dir, names.meta), metaText(meta)))
  written.set(names.model, await writeTorchFile(join(dir, names.model), stateDict(model)))
  return written
}

/**
 * Writes the optimizers' states of a step as so many ranks of nanochat save them, a file each. Costs the memory of the
 * states.
 *
 * @param from the folder of a checkpoint. @param to where the files go
 * @throws MidbenchError what {@link loadModel} and {@link loadOptimizers} throw
 */
export async function writeOptimizerShares(
  from: string,
  step: number,
  to: string,
  worldSize: number,
): Promise<void> {
  const { model_config: config } = (await describeModel(from, step)).meta
  const states = await loadOptimizers(from, step, config)
  const [first] = await listOptimizerFiles(from, step)
  const isOne = await withTorchFile(first ?? '', (root) => Promise.resolve(!Array.isArray(root)))
  const shapes = parameterShapes(config)
  for (const [rank, path] of rankFiles(to, step, worldSize).entries()) {
    const place = { rank, worldSize }
    const share = isOne ? combinedStateDict(states, shapes, place) : dealtStateDicts(states, shapes, place)
    await writeTorchFile(path, share)
  }
}

function rankFiles(dir: string, step: number, worldSize: number): string[] {
  const stem = fileNames(step).optimizers.slice(0, -'0.pt'.length)
  return Array.from({ length: worldSize }, (_, rank) => join(dir, `${stem}${String(rank)}.pt`))
}

/** The text of a meta file. nanochat's config has no key for the model's form, and refuses unknown keys. */
export function metaText(meta: CheckpointMeta): string {
  return JSON.stringify({ ...meta, model_config: withoutVariant(meta.model_config) }, null, 2)
}

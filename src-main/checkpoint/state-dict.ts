/**
 * A model's state_dict: read from a torch file, converted to the names and the order used here, and checked against the
 * config before a single number is read. Nothing is loaded in part.
 */
import { MidbenchError } from '../errors'
import type { ModelConfig } from '../model/config.schema'
import { checkLayers, checkParameters, normaliseNames } from '../model/parameters'
import { withVariant } from '../model/variants/recognise'
import { elementCount } from './dtype'
import { requireFinite } from './finite'
import { withTorchFile } from './torch-read'
import { arrayOf, entriesOf, OrderedDict, tensorOf, TorchTensor, type TorchValue } from './torch-value'
import type { FloatArray, ParameterArray } from './types'

/** A model in the form that its file shows. */
export interface ModelTensors {
  /** The config given, with the form of nanochat's model that the tensors show. */
  config: ModelConfig
  /** Under the names and in the order used here; their bytes are not read yet. */
  tensors: Map<string, TorchTensor>
}

/**
 * The parameters of a `model_*.pt`, every one of the config's and no other.
 * @param config as in the meta file, which does not state the model's form
 * @throws MidbenchError `model.parameters` naming each missing, unknown or misshapen parameter; `checkpoint.not-finite`
 * naming each with a NaN or an infinity; `checkpoint.dtype`; what {@link openTorchFile} throws
 */
export function readModelFile(
  path: string,
  config: ModelConfig,
): Promise<{ config: ModelConfig; parameters: Map<string, ParameterArray> }> {
  return withTorchFile(path, async (root) => {
    const model = modelTensors(root, config, path)
    const parameters = new Map<string, ParameterArray>()
    for (const [name, tensor] of model.tensors) {
      parameters.set(name, await floatsOf(tensor, `${path}: ${name}`))
    }
    requireFinite(parameters, path)
    return { config: model.config, parameters }
  })
}

/**
 * A state_dict's tensors, checked against the config in the form that they show.
 * @throws MidbenchError as {@link readModelFile}
 */
export function modelTensors(root: TorchValue, config: ModelConfig, path: string): ModelTensors {
  const stored = namedTensors(root, path)
  checkLayers([...stored.keys()], config, path)
  const found = withVariant(config, shapesOf(stored))
  const tensors = normaliseNames(stored, found, constantTensor)
  checkParameters(shapesOf(tensors), found)
  return { config: found, tensors }
}

function shapesOf(tensors: ReadonlyMap<string, TorchTensor>): Map<string, readonly number[]> {
  return new Map([...tensors].map(([name, { shape }]) => [name, shape]))
}

/**
 * The tensors of a flat dict.
 * @throws MidbenchError `checkpoint.damaged` where the value is no dict from names to tensors
 */
export function namedTensors(root: TorchValue, path: string): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>()
  const entries = entriesOf(root)
  if (entries === undefined) throw notAStateDict(path, 'it is no dict')
  for (const [name, tensor] of entries) {
    if (typeof name !== 'string') throw notAStateDict(path, 'a key is not a name')
    if (!(tensor instanceof TorchTensor)) throw notAStateDict(path, `${name} is not a tensor`)
    tensors.set(name, tensor)
  }
  return tensors
}

function notAStateDict(path: string, reason: string): MidbenchError {
  return new MidbenchError({
    code: 'checkpoint.damaged',
    message: `${path}: not a model's state_dict: ${reason}.`,
    remedy: 'Choose the model_*.pt of a checkpoint; an optimizer file cannot be loaded as a model.',
  })
}

/** A state_dict of these parameters, for writing; float32 whatever format they were read from. */
export function stateDict(parameters: ReadonlyMap<string, FloatArray>): OrderedDict {
  const entries = new Map<TorchValue, TorchValue>()
  for (const [name, array] of parameters) entries.set(name, floatTensor(array))
  return new OrderedDict(entries)
}

export function floatTensor({ shape, data }: FloatArray): TorchTensor {
  return tensorOf({ shape, dtype: 'float32', data })
}

/**
 * A tensor's numbers as float32.
 * @param what names it in the message
 * @throws MidbenchError `checkpoint.dtype` where it holds integers
 */
export async function floatsOf(tensor: TorchTensor, what: string): Promise<ParameterArray> {
  const { shape, dtype, data } = await arrayOf(tensor)
  if (data instanceof Float32Array) return { shape, dtype, data }
  throw new MidbenchError({
    code: 'checkpoint.dtype',
    message: `${what} is stored as ${dtype}; floating point numbers are expected there.`,
    remedy: 'Convert it to float32 or bfloat16 and save it again.',
  })
}

function constantTensor(shape: number[], value: number): TorchTensor {
  return floatTensor({ shape, data: new Float32Array(elementCount(shape)).fill(value) })
}

/**
 * Puts another object in the place of TensorFlow's binding while a function runs, so that the calls of tfjs's kernels
 * can be recorded (engine/graph/recorder.ts).
 *
 * Only the kernel `GatherV2` reads values in JavaScript before it calls TensorFlow, to check their range. During that
 * time it is replaced by one that does not. The binding and the kernel are put back whatever happens.
 */
import * as tf from '@tensorflow/tfjs-core'
import { nodeBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js'
import type { TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding'

import { MidbenchError } from '../errors'
import type { Attribute } from './graph-def'
import { backendName } from './tensorflow'

/** A tensor as the binding describes it. */
export interface RecordedTensor {
  id: number
  shape: number[]
  dtype: number
}

/** What a stand-in for the binding must do. */
export interface BindingLike {
  createTensor(shape: number[], dtype: number, data: unknown): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): never
  executeOp(
    op: string,
    attributes: Record<string, Attribute>,
    inputIds: number[],
    outputs: number,
  ): RecordedTensor[]
}

/** Converts tfjs tensors to the ids by which a binding knows them, and back. */
export interface TensorIds {
  tensorFrom: (recorded: RecordedTensor) => tf.Tensor
  idOf: (tensor: tf.Tensor) => number
}

/**
 * Runs `build` with `standIn` in the binding's place. Tensors made meanwhile do not exist afterwards.
 *
 * @throws what `build` throws.
 */
export function withBinding<Result>(standIn: BindingLike, build: (ids: TensorIds) => Result): Result {
  const backend = nodeBackend()
  const real = backend.binding
  const gather = tf.getKernel(tf.GatherV2, backendName)
  backend.binding = disguise(standIn, real)
  tf.unregisterKernel(tf.GatherV2, backendName)
  tf.registerKernel(uncheckedGather)
  let result: { value: Result } | undefined
  try {
    tf.tidy(() => {
      result = { value: build(tensorIds()) }
    })
  } finally {
    backend.binding = real
    tf.unregisterKernel(tf.GatherV2, backendName)
    tf.registerKernel({ ...gather, kernelName: tf.GatherV2, backendName })
  }
  if (!result) throw new MidbenchError({ code: 'graph.record', message: 'Nothing was recorded.' })
  return result.value
}

/** The stand-in with the real binding's constants; every other call of the binding is refused. */
function disguise(standIn: BindingLike, real: TFJSBinding): TFJSBinding {
  const kinds = attributeKinds(real)
  const refuse = (): never => {
    throw new MidbenchError({
      code: 'graph.unsupported',
      message: 'This cannot be done while a step is recorded.',
    })
  }
  return {
    ...constants(real),
    createTensor: (shape, dtype, data) => standIn.createTensor(shape, dtype, data),
    deleteTensor: (id) => {
      standIn.deleteTensor(id)
    },
    tensorDataSync: (id) => standIn.tensorDataSync(id),
    executeOp: (op, attributes, inputIds, outputs) =>
      standIn.executeOp(op, toAttributes(attributes, kinds), inputIds, outputs),
    loadSavedModel: refuse,
    runSavedModel: refuse,
    deleteSavedModel: refuse,
  }
}

/** The binding's constants. They are not enumerable, so spreading the binding itself would copy nothing. */
function constants(real: TFJSBinding): TFJSBinding {
  const copy: TFJSBinding = { ...real }
  for (const name of Object.getOwnPropertyNames(real)) Reflect.set(copy, name, Reflect.get(real, name))
  return copy
}

function attributeKinds(real: TFJSBinding): Map<number, 'type' | 'int' | 'float' | 'bool' | 'string'> {
  return new Map([
    [real.TF_ATTR_TYPE, 'type'],
    [real.TF_ATTR_INT, 'int'],
    [real.TF_ATTR_FLOAT, 'float'],
    [real.TF_ATTR_BOOL, 'bool'],
    [real.TF_ATTR_STRING, 'string'],
  ])
}

function toAttributes(
  attributes: TFEOpAttr[],
  kinds: ReturnType<typeof attributeKinds>,
): Record<string, Attribute> {
  return Object.fromEntries(
    attributes.map(({ name, type, value }) => [name, toAttribute(name, kinds.get(type), value)]),
  )
}

function toAttribute(name: string, kind: string | undefined, value: unknown): Attribute {
  if ((kind === 'type' || kind === 'int' || kind === 'float') && typeof value === 'number')
    return { kind, value }
  if (kind === 'bool' && typeof value === 'boolean') return { kind, value }
  if (kind === 'string' && typeof value === 'string') return { kind, value }
  if (kind === 'int' && Array.isArray(value)) return { kind: 'ints', value: value.map(Number) }
  throw new MidbenchError({
    code: 'graph.attribute',
    message: `The attribute ${name} has a value that graphs cannot hold.`,
  })
}

// ---------------------------------------------------------------------------------------------- tensors and ids

/** The two methods of tfjs-node's backend that map tensors to ids; its types declare them private. */
interface IdMethods {
  createOutputTensor(metadata: RecordedTensor): tf.Tensor
  getInputTensorIds(tensors: tf.TensorInfo[]): number[]
}

function tensorIds(): TensorIds {
  const backend: unknown = nodeBackend()
  if (!hasIdMethods(backend)) {
    throw new MidbenchError({
      code: 'tensorflow.load',
      message: 'This version of tfjs-node has no way from tensors to ids.',
      remedy: 'Run `npm ci`: the version pinned in package-lock.json has.',
    })
  }
  return {
    tensorFrom: (recorded) => backend.createOutputTensor(recorded),
    idOf: (tensor) => {
      const [id] = backend.getInputTensorIds([tensor])
      if (id === undefined) throw new MidbenchError({ code: 'graph.foreign', message: 'A tensor has no id.' })
      return id
    },
  }
}

function hasIdMethods(backend: unknown): backend is IdMethods {
  return (
    typeof backend === 'object' &&
    backend !== null &&
    typeof Reflect.get(backend, 'createOutputTensor') === 'function' &&
    typeof Reflect.get(backend, 'getInputTensorIds') === 'function'
  )
}

/** Like tfjs-node's own kernel, but without reading the indices. */
const uncheckedGather: tf.KernelConfig = {
  kernelName: tf.GatherV2,
  backendName,
  kernelFunc: ({ inputs, attrs }) => {
    const { x, indices } = inputs
    const { axis = 0, batchDims = 0 } = { ...attrs }
    if (!x || !indices || typeof axis !== 'number' || typeof batchDims !== 'number') {
      throw new MidbenchError({ code: 'graph.record', message: 'GatherV2 was called without its inputs.' })
    }
    const backend = nodeBackend()
    const { TF_ATTR_INT, TF_ATTR_TYPE } = backend.binding
    const type = (name: string, dtype: tf.DataType): TFEOpAttr => ({
      name,
      type: TF_ATTR_TYPE,
      value: backend.getDTypeInteger(dtype),
    })
    return tf.tidy(() =>
      backend.executeSingleOutput(
        'GatherV2',
        [
          { name: 'batch_dims', type: TF_ATTR_INT, value: batchDims },
          type('Tparams', x.dtype),
          type('Tindices', indices.dtype),
          type('Taxis', 'int32'),
        ],
        [x, indices, tf.scalar(axis, 'int32')],
      ),
    )
  },
}

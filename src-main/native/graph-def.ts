/**
 * TensorFlow's graph file format: nodes written as a GraphDef inside a SavedModel, which the binding can load.
 *
 * The protobuf classes are those that tfjs-node ships (`dist/proto/api_pb.js`); only this file uses them. Formats:
 * tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, framework/graph.proto, attr_value.proto.
 */
import { createRequire } from 'node:module'

import { z } from 'zod'

/** TensorFlow's codes for the element types used here (types.proto). */
export const DType = {
  float32: 1,
  int32: 3,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const

/** Values of a constant, row-major. */
export interface ConstantValue {
  dtype: number
  shape: readonly number[]
  data: Float32Array | Int32Array | Uint8Array
}

export type Attribute =
  | { kind: 'type'; value: number }
  | { kind: 'int'; value: number }
  | { kind: 'float'; value: number }
  | { kind: 'bool'; value: boolean }
  | { kind: 'string'; value: string }
  | { kind: 'shape'; value: readonly number[] }
  | { kind: 'ints'; value: readonly number[] }
  | { kind: 'tensor'; value: ConstantValue }

/** A node as in the file. Inputs: `node:0`, and `^node` for one that only has to run before. */
export interface NodeDef {
  name: string
  op: string
  inputs: readonly string[]
  attributes: Readonly<Record<string, Attribute>>
}

// ---------------------------------------------------------------------------------------------- protobuf classes

/** The part of the generated classes that is used here; tfjs-node ships them without types. */
interface Message {
  serializeBinary(): Uint8Array
}
interface AttrValueMessage extends Message {
  setType(code: number): void
  setI(value: number): void
  setF(value: number): void
  setB(value: boolean): void
  setS(value: Uint8Array): void
  setShape(shape: Message): void
  setTensor(tensor: Message): void
  setList(list: Message): void
}
interface NodeDefMessage extends Message {
  setName(name: string): void
  setOp(op: string): void
  addInput(input: string): void
  getAttrMap(): { set(name: string, value: Message): void }
}
interface TensorMessage extends Message {
  setDtype(code: number): void
  setTensorShape(shape: Message): void
  setTensorContent(bytes: Uint8Array): void
}
interface MetaGraphDefMessage extends Message {
  setMetaInfoDef(info: Message): void
  setGraphDef(graph: Message): void
}
interface MessageClasses {
  SavedModel: new () => Message & {
    setSavedModelSchemaVersion(version: number): void
    addMetaGraphs(meta: Message): void
  }
  MetaGraphDef: (new () => MetaGraphDefMessage) & {
    MetaInfoDef: new () => Message & { addTags(tag: string): void }
  }
  GraphDef: new () => Message & { addNode(node: Message): void; setVersions(versions: Message): void }
  VersionDef: new () => Message & { setProducer(version: number): void }
  NodeDef: new () => NodeDefMessage
  AttrValue: (new () => AttrValueMessage) & {
    ListValue: new () => Message & { setIList(values: number[]): void }
  }
  Tensor: new () => TensorMessage
  TensorShape: (new () => Message & { addDim(dimension: Message): void }) & {
    Dim: new () => Message & { setSize(size: number): void }
  }
}

const classNames = [
  'SavedModel',
  'MetaGraphDef',
  'GraphDef',
  'VersionDef',
  'NodeDef',
  'AttrValue',
  'Tensor',
  'TensorShape',
]

const messages = z
  .custom<MessageClasses>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      classNames.every((name) => typeof Reflect.get(value, name) === 'function'),
    'tfjs-node ships other protobuf classes than expected',
  )
  .parse(createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js'))

// ---------------------------------------------------------------------------------------------- encoding

/** GraphDef version that TensorFlow 2.x writes; older ones switch off checks that we want. */
const producerVersion = 1205

/**
 * @returns the bytes of `saved_model.pb` for a model of one graph with the tag `train`, without variables' values.
 */
export function encodeSavedModel(nodes: readonly NodeDef[]): Uint8Array {
  const graph = new messages.GraphDef()
  for (const node of nodes) graph.addNode(encodeNode(node))
  const versions = new messages.VersionDef()
  versions.setProducer(producerVersion)
  graph.setVersions(versions)

  const info = new messages.MetaGraphDef.MetaInfoDef()
  info.addTags('train')
  const meta = new messages.MetaGraphDef()
  meta.setMetaInfoDef(info)
  meta.setGraphDef(graph)
  const model = new messages.SavedModel()
  model.setSavedModelSchemaVersion(1)
  model.addMetaGraphs(meta)
  return model.serializeBinary()
}

function encodeNode(node: NodeDef): Message {
  const message = new messages.NodeDef()
  message.setName(node.name)
  message.setOp(node.op)
  for (const input of node.inputs) message.addInput(input)
  const attributes = message.getAttrMap()
  for (const [name, attribute] of Object.entries(node.attributes)) {
    attributes.set(name, encodeAttribute(attribute))
  }
  return message
}

function encodeAttribute(attribute: Attribute): Message {
  const message = new messages.AttrValue()
  switch (attribute.kind) {
    case 'type':
      message.setType(attribute.value)
      break
    case 'int':
      message.setI(attribute.value)
      break
    case 'float':
      message.setF(attribute.value)
      break
    case 'bool':
      message.setB(attribute.value)
      break
    case 'string':
      message.setS(new TextEncoder().encode(attribute.value))
      break
    case 'shape':
      message.setShape(encodeShape(attribute.value))
      break
    case 'ints': {
      const list = new messages.AttrValue.ListValue()
      list.setIList([...attribute.value])
      message.setList(list)
      break
    }
    case 'tensor':
      message.setTensor(encodeTensor(attribute.value))
  }
  return message
}

function encodeShape(shape: readonly number[]): Message {
  const message = new messages.TensorShape()
  for (const size of shape) {
    const dimension = new messages.TensorShape.Dim()
    dimension.setSize(size)
    message.addDim(dimension)
  }
  return message
}

function encodeTensor({ dtype, shape, data }: ConstantValue): Message {
  const message = new messages.Tensor()
  message.setDtype(dtype)
  message.setTensorShape(encodeShape(shape))
  message.setTensorContent(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return message
}

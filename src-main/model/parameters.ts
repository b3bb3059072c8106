/**
 * The model's parameters: their names (those of nanochat's state_dict), shapes and order.
 *
 * A linear layer's weight is stored [out, in] as torch does. The order is torch's: a module's own parameters first,
 * then its children as they are declared.
 */
import type * as tf from '@tensorflow/tfjs-core'

import { MidbenchError, type Issue } from '../errors'
import { headDim, paddedVocab, type ModelConfig } from './config.schema'
import { smearChannels } from './variants/smear'
import { hasValueEmbedding } from './variants/value-embedding'
import { variantOf } from './variants/variant'

/** Tensors by name. Whoever puts tensors in disposes of them. */
export type Parameters = ReadonlyMap<string, tf.Tensor>

/** Name of layer `layer`'s parameter: `transformer.h.3.attn.c_q.weight`. */
export function layerName(layer: number, name: string): string {
  return `transformer.h.${layer}.${name}.weight`
}

/** Name of layer `layer`'s value embedding, where it has one. */
export function valueEmbeddingName(layer: number): string {
  return `value_embeds.${layer}.weight`
}

/** Shape of every parameter, in the order of nanochat's state_dict. */
export function parameterShapes(config: ModelConfig): Map<string, number[]> {
  const { smearAndBackout, valueGate } = variantOf(config)
  const shapes = new Map<string, number[]>([
    ['resid_lambdas', [config.n_layer]],
    ['x0_lambdas', [config.n_layer]],
  ])
  if (smearAndBackout) shapes.set('smear_lambda', [1]).set('backout_lambda', [1])
  shapes.set('transformer.wte.weight', [paddedVocab(config), config.n_embd])
  for (let layer = 0; layer < config.n_layer; layer++) addLayer(shapes, config, layer)
  shapes.set('lm_head.weight', [paddedVocab(config), config.n_embd])
  if (smearAndBackout) shapes.set('smear_gate.weight', [1, smearChannels])
  for (let layer = 0; layer < config.n_layer; layer++) {
    if (valueGate === undefined || !hasValueEmbedding(layer, config.n_layer)) continue
    shapes.set(valueEmbeddingName(layer), [paddedVocab(config), keyWidth(config)])
  }
  return shapes
}

function addLayer(shapes: Map<string, number[]>, config: ModelConfig, layer: number): void {
  const width = config.n_embd
  const keys = keyWidth(config)
  const { valueGate } = variantOf(config)
  shapes.set(layerName(layer, 'attn.c_q'), [width, width])
  shapes.set(layerName(layer, 'attn.c_k'), [keys, width])
  shapes.set(layerName(layer, 'attn.c_v'), [keys, width])
  shapes.set(layerName(layer, 'attn.c_proj'), [width, width])
  if (valueGate !== undefined && hasValueEmbedding(layer, config.n_layer)) {
    shapes.set(layerName(layer, 'attn.ve_gate'), [config.n_kv_head, valueGate.channels])
  }
  shapes.set(layerName(layer, 'mlp.c_fc'), [4 * width, width])
  shapes.set(layerName(layer, 'mlp.c_proj'), [width, 4 * width])
}

/** Width of all key heads together. */
function keyWidth(config: ModelConfig): number {
  return config.n_kv_head * headDim(config)
}

/**
 * Converts stored parameters to the names and the order used here: without the prefix that torch.compile leaves
 * (`_orig_mod.`), and with the per-layer scalars that checkpoints from before January 2026 lack, set to values that
 * change nothing.
 *
 * @param stored tensors of any kind by their stored names
 * @param filled makes a tensor of the same kind and of the given shape, with all elements `value`
 */
export function normaliseNames<T>(
  stored: ReadonlyMap<string, T>,
  config: ModelConfig,
  filled: (shape: number[], value: number) => T,
): Map<string, T> {
  const plain = new Map([...stored].map(([name, value]) => [name.replace(/^_orig_mod\./, ''), value]))
  if (!plain.has('resid_lambdas')) plain.set('resid_lambdas', filled([config.n_layer], 1))
  if (!plain.has('x0_lambdas')) plain.set('x0_lambdas', filled([config.n_layer], 0))
  return inOrder(plain, [...parameterShapes({ ...config, variant: '2026-03-14' }).keys()]) // this variant has all names
}

/** The same entries: first those that `names` lists, in that order, then the others. */
function inOrder<T>(entries: ReadonlyMap<string, T>, names: string[]): Map<string, T> {
  const ordered = new Map<string, T>()
  for (const name of [...names, ...entries.keys()]) {
    const value = entries.get(name)
    if (value !== undefined) ordered.set(name, value)
  }
  return ordered
}

/**
 * Checks that the parameters are exactly those of the config.
 *
 * @param shapes shapes of the parameters, under normalised names
 * @throws MidbenchError `model.parameters`, whose issues name each missing, unknown or misshapen parameter
 */
export function checkParameters(shapes: ReadonlyMap<string, readonly number[]>, config: ModelConfig): void {
  const expected = parameterShapes(config)
  const issues: Issue[] = []
  for (const [name, shape] of expected) {
    const found = shapes.get(name)
    if (found === undefined)
      issues.push({ path: name, message: `is missing; its shape would be ${show(shape)}` })
    else if (show(found) !== show(shape)) {
      issues.push({ path: name, message: `has shape ${show(found)}; the config says ${show(shape)}` })
    }
  }
  for (const name of shapes.keys()) {
    if (!expected.has(name)) issues.push({ path: name, message: 'is not a parameter of this model' })
  }
  const first = issues[0]
  if (first === undefined) return
  throw new MidbenchError({
    code: 'model.parameters',
    message: `The parameters do not match the model's config: ${first.path} ${first.message}${others(issues.length)}.`,
    remedy: 'Use the meta_*.json that was written with this model_*.pt, or another checkpoint.',
    issues,
  })
}

/**
 * Compares the config's number of layers with the one that the parameters' names show, before anything of that length
 * is made.
 *
 * @param names names as stored
 * @throws MidbenchError `model.parameters`
 */
export function checkLayers(names: readonly string[], { n_layer: layers }: ModelConfig, path: string): void {
  const there = new Set(names.map((name) => /(?:^|\.)transformer\.h\.(\d+)\./.exec(name)?.[1]))
  there.delete(undefined)
  if (there.size === layers) return
  throw new MidbenchError({
    code: 'model.parameters',
    message: `The parameters do not match the model's config: ${path} has ${there.size} layers; n_layer is ${layers}.`,
    remedy: 'Use the meta_*.json that was written with this model_*.pt, or another checkpoint.',
    issues: [{ path: 'model_config.n_layer', message: `is ${layers}; the model has ${there.size} layers` }],
  })
}

function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

function others(count: number): string {
  return count === 1 ? '' : ` (and ${count - 1} more)`
}

/** Shapes by name. */
export function shapesOf(tensors: ReadonlyMap<string, { shape: number[] }>): Map<string, number[]> {
  return new Map([...tensors].map(([name, { shape }]) => [name, shape]))
}

/**
 * The parameter of that name.
 *
 * @throws MidbenchError `model.parameters` where it is missing
 */
export function parameter(params: Parameters, name: string): tf.Tensor {
  const tensor = params.get(name)
  if (tensor !== undefined) return tensor
  throw new MidbenchError({ code: 'model.parameters', message: `The model has no parameter ${name}.` })
}

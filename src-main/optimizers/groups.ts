/**
 * The groups of parameters that an optimizer trains alike: AdamW trains the embedding, the head and the per-layer
 * scalars, Muon every matrix of the blocks (docs/REFERENCE.md §4). The optimizer decides how fast each is trained
 * (optimizers.ts).
 *
 * Groups, and the names in each, are in the order of the reference's optimizers, because torch's state_dict numbers the
 * parameters in that order. The order is the same for every optimizer.
 */
import type * as tf from '@tensorflow/tfjs-core'

import { MidbenchError } from '../errors'
import type { Precision } from './bfloat16'

/** Learning rates under the names of a run's config. */
export interface LearningRates {
  /** For AdamW: the embedding, at a width of 768. */
  embedding_lr: number
  /** For AdamW: the head, at a width of 768. */
  unembedding_lr: number
  /** For Muon: the matrices of the blocks. */
  matrix_lr: number
  /** For Muon only. */
  weight_decay: number
  /** Factor on all initial learning rates. */
  init_lr_frac: number
}

/** How AdamW trains a group. */
export interface AdamWSettings {
  lr: number
  betas: [number, number]
  eps: number
  weightDecay: number
}

/** How Muon trains a group. */
export interface MuonSettings {
  lr: number
  /** Decay of the second moment (NorMuon). */
  beta2: number
  weightDecay: number
  direction: Direction
}

/** The direction of Muon's step from the momentum [M, R, C], before the variance reduction; each matrix on its own. */
export type Direction = (momentum: tf.Tensor, precision: Precision) => tf.Tensor

interface GroupNames {
  /** Name for people; groups of one label are reported as one. */
  label: string
  names: string[]
}

export interface AdamWGroup extends GroupNames, AdamWSettings {
  kind: 'adamw'
}

export interface MuonGroup extends GroupNames, MuonSettings {
  kind: 'muon'
}

export type ParameterGroup = AdamWGroup | MuonGroup

/** How an optimizer trains each part of a model. */
export interface PartSettings {
  head: AdamWSettings
  embedding: AdamWSettings
  valueEmbeddings: AdamWSettings
  /** One factor a layer on the residual stream. */
  residualScalars: AdamWSettings
  /** One factor a layer on the embedding, which every layer sees again. */
  x0Scalars: AdamWSettings
  smear: AdamWSettings
  /** The matrices of the blocks. */
  matrices: MuonSettings
}

/**
 * How an optimizer trains a model.
 *
 * @param width n_embd, C: AdamW's rates for the matrices of the vocabulary are proportional to 1 / sqrt(C)
 */
export type Optimizer = (width: number, rates: LearningRates) => PartSettings

/**
 * Groups for the model's parameters: AdamW's, then Muon's, one for each number of elements.
 *
 * @param shapes of all parameters, in the model's order
 * @throws MidbenchError `optimizer.parameters` for a parameter that belongs to no group
 */
export function groupsOfParts(
  shapes: ReadonlyMap<string, readonly number[]>,
  parts: PartSettings,
): ParameterGroup[] {
  const present = (pattern: RegExp) => [...shapes.keys()].filter((name) => pattern.test(name))
  const adamw = (label: string, names: string[], settings: AdamWSettings): AdamWGroup => ({
    ...{ kind: 'adamw', label, names },
    ...settings,
  })
  const groups: ParameterGroup[] = [
    adamw('head', ['lm_head.weight'], parts.head),
    adamw('embedding', ['transformer.wte.weight'], parts.embedding),
    adamw('value embeddings', present(/^value_embeds\./), parts.valueEmbeddings),
    adamw('residual scalars', ['resid_lambdas'], parts.residualScalars),
    adamw('x0 scalars', ['x0_lambdas'], parts.x0Scalars),
    adamw('smear, backout', present(/^(smear|backout)_/), parts.smear),
    ...muonGroups(shapes, parts.matrices),
  ].filter(({ names }) => names.length > 0)
  requireAll(groups, [...shapes.keys()])
  return groups
}

function muonGroups(shapes: ReadonlyMap<string, readonly number[]>, settings: MuonSettings): MuonGroup[] {
  const bySize = new Map<number, string[]>()
  for (const [name, [rows = 0, columns = 0]] of shapes) {
    if (!name.startsWith('transformer.h.')) continue
    const size = rows * columns
    bySize.set(size, [...(bySize.get(size) ?? []), name])
  }
  return pythonSetOrder([...bySize.keys()]).map((size) => ({
    ...{ kind: 'muon', label: 'matrices', names: bySize.get(size) ?? [] },
    ...settings,
  }))
}

/**
 * The order in which CPython iterates over a set of these numbers, inserted one after another. The reference's Muon
 * makes its groups from such a set. Holds for up to four distinct numbers, for which the set's table has eight places;
 * the model has at most three, or four with the gates of value embeddings.
 */
function pythonSetOrder(values: number[]): number[] {
  const table: (number | undefined)[] = Array.from({ length: 8 }, () => undefined)
  for (const value of values) {
    let perturb = value
    let place = value % 8
    while (table[place] !== undefined) {
      perturb = Math.floor(perturb / 32)
      place = (place * 5 + 1 + perturb) % 8
    }
    table[place] = value
  }
  return table.filter((value) => value !== undefined)
}

function requireAll(groups: ParameterGroup[], names: string[]): void {
  const grouped = new Set(groups.flatMap((group) => group.names))
  const left = names.filter((name) => !grouped.has(name))
  const missing = [...grouped].filter((name) => !names.includes(name))
  if (left.length === 0 && missing.length === 0) return
  const what = [
    ...left.map((name) => ({ path: name, message: 'belongs to no optimizer' })),
    ...missing.map((name) => ({ path: name, message: 'is missing' })),
  ]
  throw new MidbenchError({
    code: 'optimizer.parameters',
    message: `These parameters cannot be trained as they are: ${what.map((issue) => `${issue.path} ${issue.message}`).join(', ')}.`,
    issues: what,
  })
}

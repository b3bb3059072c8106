/**
 * Which optimizer trains which parameter, and how fast: AdamW the embedding, the head and the per-layer scalars, Muon
 * every matrix of the blocks (docs/REFERENCE.md §4).
 *
 * Groups, and the names in each, stand in the order of the reference's optimizers, because torch's state_dict numbers
 * the parameters in that order.
 */
import { MidbenchError } from '../errors'

/** Learning rates under the names of a run's config. */
export interface LearningRates {
  /** AdamW, embedding; at 768 wide. */
  embedding_lr: number
  /** AdamW, head; at 768 wide. */
  unembedding_lr: number
  /** Muon, matrices of the blocks. */
  matrix_lr: number
  /** Muon only. */
  weight_decay: number
  /** Factor on all initial learning rates. */
  init_lr_frac: number
}

export interface AdamWGroup {
  kind: 'adamw'
  /** What people call it; groups of one label are told of as one. */
  label: string
  names: string[]
  lr: number
  betas: [number, number]
  eps: number
  weightDecay: number
}

export interface MuonGroup {
  kind: 'muon'
  label: string
  names: string[]
  lr: number
  /** Decay of the second moment (NorMuon). */
  beta2: number
  weightDecay: number
}

export type ParameterGroup = AdamWGroup | MuonGroup

const scalarLr = 0.5

/**
 * Groups for the model's parameters: AdamW's, then Muon's, one for each number of elements.
 *
 * Parameters that the seed's model does not have are trained at upstream's rates: value embeddings at half the
 * embedding's, smear and backout at 0.2; the gates of value embeddings, being matrices of the blocks, by Muon.
 *
 * @param shapes of all parameters, in the model's order
 * @param width n_embd, C: AdamW's rates for the two vocabulary matrices go with 1 / sqrt(C)
 * @throws MidbenchError `optimizer.parameters` for a parameter that belongs to no group
 */
export function parameterGroups(
  shapes: ReadonlyMap<string, readonly number[]>,
  width: number,
  rates: LearningRates,
): ParameterGroup[] {
  const scale = (width / 768) ** -0.5
  const adamw = (label: string, names: string[], lr: number): AdamWGroup => ({
    kind: 'adamw',
    label,
    names,
    lr: lr * rates.init_lr_frac,
    betas: [0.8, 0.95],
    eps: 1e-10,
    weightDecay: 0,
  })
  const present = (pattern: RegExp) => [...shapes.keys()].filter((name) => pattern.test(name))
  const groups: ParameterGroup[] = [
    adamw('head', ['lm_head.weight'], rates.unembedding_lr * scale),
    adamw('embedding', ['transformer.wte.weight'], rates.embedding_lr * scale),
    adamw('value embeddings', present(/^value_embeds\./), rates.embedding_lr * scale * 0.5),
    adamw('residual scalars', ['resid_lambdas'], scalarLr * 0.01), // small: its effects multiply along the layers
    adamw('x0 scalars', ['x0_lambdas'], scalarLr),
    adamw('smear, backout', present(/^(smear|backout)_/), 0.2),
    ...muonGroups(shapes, rates),
  ].filter(({ names }) => names.length > 0)
  requireAll(groups, [...shapes.keys()])
  return groups
}

function muonGroups(shapes: ReadonlyMap<string, readonly number[]>, rates: LearningRates): MuonGroup[] {
  const bySize = new Map<number, string[]>()
  for (const [name, [rows = 0, columns = 0]] of shapes) {
    if (!name.startsWith('transformer.h.')) continue
    const size = rows * columns
    bySize.set(size, [...(bySize.get(size) ?? []), name])
  }
  return pythonSetOrder([...bySize.keys()]).map((size) => ({
    kind: 'muon',
    label: 'matrices',
    names: bySize.get(size) ?? [],
    lr: rates.matrix_lr * rates.init_lr_frac,
    beta2: 0.95,
    weightDecay: rates.weight_decay,
  }))
}

/**
 * The order in which CPython iterates over a set of these numbers, put in one after another. The reference's Muon makes
 * its groups from such a set. Holds for up to four distinct numbers, for which the set's table has eight places; the
 * model has at most three, four with the gates of value embeddings.
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

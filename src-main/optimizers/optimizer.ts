/** Both optimizers as one: AdamW and Muon each take their own groups. Together they cover every parameter. */
import * as tf from '@tensorflow/tfjs-core'

import { updateAdamW } from './adamw'
import type { Precision } from './bfloat16'
import type { ParameterGroup } from './groups'
import { groupsOfKind, KEPT, KINDS, type GroupOf, type Kind } from './kept'
import { updateMuon } from './muon'
import { named, stateName, type NamedTensors, type StepSettings, type Updated } from './state'

/** One step of the groups of one kind; parameters of other groups are not in the result. */
type Update<K extends Kind> = (
  groups: readonly GroupOf<K>[],
  params: NamedTensors,
  gradients: NamedTensors,
  state: NamedTensors,
  settings: StepSettings,
  orthogonalisation: Precision,
) => Updated

const UPDATES: { readonly [K in Kind]: Update<K> } = { adamw: updateAdamW, muon: updateMuon }

export interface OptimizerOptions {
  /**
   * Precision of Muon's orthogonalisation. The reference uses bfloat16; float32 is as good, and faster where bfloat16
   * has to be imitated.
   *
   * @default 'float32'
   */
  orthogonalisation?: Precision
}

/** State before the first step: zeros. */
export function initOptimizer(
  groups: readonly ParameterGroup[],
  params: NamedTensors,
): Map<string, tf.Tensor> {
  const state = new Map<string, tf.Tensor>()
  for (const { kind, names } of groups) {
    const { arrays, counts } = KEPT[kind]
    for (const name of names) {
      const param = named(params, name, 'parameter')
      if (counts) state.set(stateName(name, 'step'), tf.scalar(0))
      for (const [entry, shapeFor] of Object.entries(arrays)) {
        state.set(stateName(name, entry), zeros(shapeFor(param.shape), param))
      }
    }
  }
  return state
}

/**
 * Zeros made from the parameter where the shapes are the same: for a parameter that is only recorded, they take no
 * memory.
 */
function zeros(shape: readonly number[], param: tf.Tensor): tf.Tensor {
  return String(shape) === String(param.shape) ? tf.zerosLike(param) : tf.zeros([...shape])
}

/**
 * One step. Leaves `params`, `gradients` and `state` unchanged.
 *
 * @throws MidbenchError `optimizer.missing` where a parameter, a gradient or the state of one is missing
 */
export function updateOptimizer(
  groups: readonly ParameterGroup[],
  params: NamedTensors,
  gradients: NamedTensors,
  state: NamedTensors,
  settings: StepSettings,
  { orthogonalisation = 'float32' }: OptimizerOptions = {},
): Updated {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- K ties an update to its kind of groups
  const update = <K extends Kind>(kind: K): Updated =>
    UPDATES[kind](groupsOfKind(groups, kind), params, gradients, state, settings, orthogonalisation)
  const updated = KINDS.map((kind) => update(kind))
  return {
    params: inOrderOf(params, new Map(updated.flatMap((each) => [...each.params]))),
    state: inOrderOf(state, new Map(updated.flatMap((each) => [...each.state]))),
  }
}

/** The tensors in the order of `before`. */
function inOrderOf(before: NamedTensors, tensors: NamedTensors): Map<string, tf.Tensor> {
  const ordered = new Map<string, tf.Tensor>()
  for (const name of before.keys()) {
    const tensor = tensors.get(name)
    if (tensor !== undefined) ordered.set(name, tensor)
  }
  return ordered
}

/** Both optimizers as one: AdamW and Muon each take the groups that are theirs. Together they cover every parameter. */
import type * as tf from '@tensorflow/tfjs-core'

import { initAdamW, updateAdamW } from './adamw'
import type { Precision } from './bfloat16'
import type { AdamWGroup, MuonGroup, ParameterGroup } from './groups'
import { initMuon, updateMuon } from './muon'
import type { NamedTensors, StepSettings, Updated } from './state'

export interface OptimizerOptions {
  /**
   * Precision of Muon's orthogonalisation. The reference's is bfloat16; float32 is faster where bfloat16 has to be
   * imitated, and as good.
   *
   * @default 'float32'
   */
  orthogonalisation?: Precision
}

/** State from before the first step: zeros. */
export function initOptimizer(
  groups: readonly ParameterGroup[],
  params: NamedTensors,
): Map<string, tf.Tensor> {
  const { adamw, muon } = byKind(groups)
  return new Map([...initAdamW(adamw, params), ...initMuon(muon, params)])
}

/**
 * One step. Leaves `params`, `gradients` and `state` as they are.
 *
 * @throws MidbenchError `optimizer.missing` where a parameter, a gradient or state of one is not there
 */
export function updateOptimizer(
  groups: readonly ParameterGroup[],
  params: NamedTensors,
  gradients: NamedTensors,
  state: NamedTensors,
  settings: StepSettings,
  { orthogonalisation = 'float32' }: OptimizerOptions = {},
): Updated {
  const { adamw, muon } = byKind(groups)
  const first = updateAdamW(adamw, params, gradients, state, settings)
  const second = updateMuon(muon, params, gradients, state, settings, orthogonalisation)
  return {
    params: inOrderOf(params, new Map([...first.params, ...second.params])),
    state: inOrderOf(state, new Map([...first.state, ...second.state])),
  }
}

/** The tensors in the order that they had before. */
function inOrderOf(before: NamedTensors, tensors: NamedTensors): Map<string, tf.Tensor> {
  const ordered = new Map<string, tf.Tensor>()
  for (const name of before.keys()) {
    const tensor = tensors.get(name)
    if (tensor !== undefined) ordered.set(name, tensor)
  }
  return ordered
}

function byKind(groups: readonly ParameterGroup[]): { adamw: AdamWGroup[]; muon: MuonGroup[] } {
  return {
    adamw: groups.filter((group) => group.kind === 'adamw'),
    muon: groups.filter((group) => group.kind === 'muon'),
  }
}

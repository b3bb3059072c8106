/**
 * What goes into `optim_*_rank0.pt`: a list of two state_dicts, torch.optim.AdamW's and nanochat's Muon's, as nanochat
 * saves them from one process and loads them again. torch numbers the parameters through the groups; which parameter has which number
 * follows from the groups' order, which optimizers/groups.ts reproduces.
 */
import type { AdamWGroup, MuonGroup, ParameterGroup } from '../optimizers/groups'
import { floatTensor } from './state-dict'
import { PyFloat, PyTuple, type TorchValue } from './torch-value'
import type { OptimizerStates } from './types'

type Dict = Map<TorchValue, TorchValue>

/** The two state_dicts, to be written. */
export function optimizerStateDicts(states: OptimizerStates): TorchValue[] {
  const { groups, steps, lrMultiplier, momentum } = states
  const adamwGroups = groups.filter((group) => group.kind === 'adamw')
  const muonGroups = groups.filter((group) => group.kind === 'muon')
  const adamw = (name: string): Dict | undefined => {
    const memory = states.adamw.get(name)
    if (memory === undefined) return undefined
    const step = floatTensor({ shape: [], data: Float32Array.of(steps) })
    return dict({ step, exp_avg: floatTensor(memory.expAvg), exp_avg_sq: floatTensor(memory.expAvgSq) })
  }
  const muon = (name: string): Dict | undefined => {
    const memory = states.muon.get(name)
    if (memory === undefined) return undefined
    return dict({
      momentum_buffer: floatTensor(memory.momentumBuffer),
      second_momentum_buffer: floatTensor(memory.secondMomentumBuffer),
    })
  }
  return [
    torchStateDict(adamwGroups, adamw, (group) => adamwSettings(group, lrMultiplier)),
    torchStateDict(muonGroups, muon, (group) => muonSettings(group, lrMultiplier, momentum)),
  ]
}

/** `{ state: { number: memory }, param_groups: [{ ...settings, params: [numbers] }] }` */
function torchStateDict<G extends ParameterGroup>(
  groups: readonly G[],
  memory: (name: string) => Dict | undefined,
  settings: (group: G) => Record<string, TorchValue>,
): Dict {
  const state: Dict = new Map()
  const paramGroups: TorchValue[] = []
  let number = 0
  for (const group of groups) {
    const params: number[] = []
    for (const name of group.names) {
      const remembered = memory(name)
      if (remembered !== undefined) state.set(number, remembered)
      params.push(number)
      number += 1
    }
    paramGroups.push(dict({ ...settings(group), params }))
  }
  return dict({ state, param_groups: paramGroups })
}

/** The keys of torch.optim.AdamW's groups; nanochat adds `initial_lr`. */
function adamwSettings(group: AdamWGroup, lrMultiplier: number): Record<string, TorchValue> {
  return {
    lr: new PyFloat(group.lr * lrMultiplier),
    betas: new PyTuple(group.betas.map((beta) => new PyFloat(beta))),
    eps: new PyFloat(group.eps),
    weight_decay: new PyFloat(group.weightDecay),
    amsgrad: false,
    maximize: false,
    foreach: null,
    capturable: false,
    differentiable: false,
    fused: true,
    decoupled_weight_decay: true,
    initial_lr: new PyFloat(group.lr),
  }
}

/** The keys of nanochat's Muon. */
function muonSettings(group: MuonGroup, lrMultiplier: number, momentum: number): Record<string, TorchValue> {
  return {
    lr: new PyFloat(group.lr * lrMultiplier),
    momentum: new PyFloat(momentum),
    nesterov: true,
    ns_steps: 5,
    beta2: new PyFloat(group.beta2),
    weight_decay: new PyFloat(group.weightDecay),
    initial_lr: new PyFloat(group.lr),
  }
}

function dict(entries: Record<string, TorchValue>): Dict {
  return new Map(Object.entries(entries))
}

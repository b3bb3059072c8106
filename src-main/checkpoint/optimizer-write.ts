/**
 * The content of `optim_*_rank0.pt`: a list of two state_dicts, torch.optim.AdamW's and nanochat's Muon's, as nanochat
 * saves them from one process and loads them again. torch numbers the parameters through the groups; a parameter's
 * number follows from the groups' order, which optimizers/groups.ts reproduces.
 */
import { groupsOfKind, KEPT, KINDS, torchSettings, type Kind, type TorchSetting } from '../optimizers/kept'
import { floatTensor } from './state-dict'
import { PyFloat, PyTuple, type TorchValue } from './torch-value'
import type { OptimizerStates } from './types'

type Dict = Map<TorchValue, TorchValue>

/** The two state_dicts, to be written. */
export function optimizerStateDicts(states: OptimizerStates): TorchValue[] {
  return KINDS.map((kind) => torchStateDict(states, kind))
}

/** `{ state: { number: memory }, param_groups: [{ ...settings, params: [numbers] }] }` */
function torchStateDict(states: OptimizerStates, kind: Kind): Dict {
  const state: Dict = new Map()
  const paramGroups: TorchValue[] = []
  let number = 0
  for (const group of groupsOfKind(states.groups, kind)) {
    const params: number[] = []
    for (const name of group.names) {
      const remembered = memoryOf(states, kind, name)
      if (remembered !== undefined) state.set(number, remembered)
      params.push(number)
      number += 1
    }
    const settings = Object.entries(torchSettings(group, states))
    const written = settings.map(([key, value]): [TorchValue, TorchValue] => [key, torchSetting(value)])
    paramGroups.push(new Map<TorchValue, TorchValue>([...written, ['params', params]]))
  }
  return new Map<TorchValue, TorchValue>([
    ['state', state],
    ['param_groups', paramGroups],
  ])
}

function memoryOf({ memory, steps }: OptimizerStates, kind: Kind, name: string): Dict | undefined {
  const arrays = memory.get(name)
  if (arrays === undefined) return undefined
  const dict: Dict = new Map()
  if (KEPT[kind].counts) dict.set('step', floatTensor({ shape: [], data: Float32Array.of(steps) }))
  for (const [entry, array] of arrays) dict.set(entry, floatTensor(array))
  return dict
}

/** A setting as a Python value: a float must not come back as an int. */
export function torchSetting(setting: TorchSetting): TorchValue {
  if (typeof setting !== 'object' || setting === null) return setting
  if ('float' in setting) return new PyFloat(setting.float)
  return new PyTuple(setting.floats.map((each) => new PyFloat(each)))
}

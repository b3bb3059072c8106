/**
 * The optimizers' state in nanochat's form before 29 January 2026 as each of several ranks saves it: two state_dicts of
 * DistAdamW and DistMuon, which are classes of their own.
 *
 * Of a large parameter of AdamW a rank has its part of the rows, and small ones whole. Muon has a group for every shape,
 * ascending, in place of one for every number of elements, and matrix i of a group is dealt to rank i mod W.
 * optimizer-read.ts reads it back.
 */
import type { ParameterGroup } from '../optimizers/groups'
import { groupsOfKind, KEPT, KINDS, type Kind, torchSettings } from '../optimizers/kept'
import { isOwn, type Place, type Share, shareOf } from '../optimizers/shares'
import { elementCount } from './dtype'
import { combinedGroups, type Dict, type Shapes } from './optimizer-combined'
import { ownPart } from './optimizer-shares'
import { torchSetting } from './optimizer-write'
import { floatTensor } from './state-dict'
import { tensorOf, type TorchValue } from './torch-value'
import type { OptimizerStates } from './types'

/** A group as a file of several ranks has it. */
export interface DealtGroup {
  names: readonly string[]
  /** Our group with the same rates. */
  like: ParameterGroup
}

/** The groups of one optimizer before 29 January 2026, on several ranks: AdamW's as ever, Muon's by shape, ascending. */
export function dealtGroups(kind: Kind, groups: readonly ParameterGroup[], shapes: Shapes): DealtGroup[] {
  if (kind === 'muon') return combinedGroups(groups, shapes).filter(({ like }) => like.kind === 'muon')
  return groupsOfKind(groups, kind).map((like) => ({ like, names: like.names }))
}

/** The settings that DistAdamW has; torch's own AdamW has more. */
const DIST_ADAMW = ['lr', 'betas', 'eps', 'weight_decay', 'initial_lr']

/** The two state_dicts that one rank saves, in the form before 29 January 2026. */
export function dealtStateDicts(states: OptimizerStates, shapes: Shapes, place: Place): TorchValue[] {
  const share = shareOf(states.groups, shapes, place)
  return KINDS.map((kind) => {
    const state: Dict = new Map()
    const paramGroups: TorchValue[] = []
    let number = 0
    for (const { names, like } of dealtGroups(kind, states.groups, shapes)) {
      const first = number
      for (const name of names) {
        const memory = isOwn(name, share) ? dealtMemory(states, kind, name, share) : undefined
        if (memory !== undefined) state.set(number, memory)
        number += 1
      }
      const shape = [...(shapes.get(names[0] ?? '') ?? [])]
      const params = names.map((_, i) => first + i)
      paramGroups.push(
        new Map<TorchValue, TorchValue>([...settingsOf(like, states, shape), ['params', params]]),
      )
    }
    return new Map<TorchValue, TorchValue>([
      ['state', state],
      ['param_groups', paramGroups],
    ])
  })
}

function settingsOf(
  group: ParameterGroup,
  states: OptimizerStates,
  shape: number[],
): [TorchValue, TorchValue][] {
  const settings = Object.entries(torchSettings(group, states))
  const isMuon = group.kind === 'muon'
  const written = settings
    .filter(([key]) => isMuon || DIST_ADAMW.includes(key))
    .map(([key, setting]): [TorchValue, TorchValue] => [key, torchSetting(setting)])
  const zeros = floatTensor({ shape, data: new Float32Array(elementCount(shape)) })
  return isMuon ? [['zero_buffer', zeros], ...written] : written
}

function dealtMemory(
  { memory, steps }: OptimizerStates,
  kind: Kind,
  name: string,
  share: Share,
): Dict | undefined {
  const arrays = memory.get(name)
  if (arrays === undefined) return undefined
  const dict: Dict = new Map()
  const step = { shape: [], dtype: 'int64' as const, data: BigInt64Array.of(BigInt(steps)) }
  if (KEPT[kind].counts) dict.set('step', tensorOf(step))
  for (const [entry, array] of arrays) dict.set(entry, floatTensor(ownPart(name, array, share)))
  return dict
}

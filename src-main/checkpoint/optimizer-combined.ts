/**
 * The optimizers' state in nanochat's form since 29 January 2026 (upstream commit 41bb2ea): one state_dict of one
 * optimizer, MuonAdamW, whose groups state their kind. Models of nanochat's later forms are saved so.
 *
 * Compared with the two earlier state_dicts (optimizer-write.ts): AdamW counts its steps in a plain number, and Muon
 * has a group for every shape, whose momenta are stacked in the state of the group's first parameter.
 * optimizer-combined-read.ts reads it back.
 */
import type { ParameterGroup } from '../optimizers/groups'
import { KEPT, torchSettings } from '../optimizers/kept'
import { type Place, type Share, shareOf } from '../optimizers/shares'
import { ownPart } from './optimizer-shares'
import { torchSetting } from './optimizer-write'
import { floatTensor } from './state-dict'
import { TorchTensor, type TorchValue } from './torch-value'
import type { FloatArray, OptimizerStates } from './types'

export type Dict = Map<TorchValue, TorchValue>
export type Shapes = ReadonlyMap<string, readonly number[]>

/** A group of MuonAdamW: its parameters in torch's order, and the number of the first. */
export interface CombinedGroup {
  names: string[]
  first: number
  /** Our group with the same rates. */
  like: ParameterGroup
}

const SMEAR = ['smear_gate.weight', 'smear_lambda', 'backout_lambda']

/** MuonAdamW's groups: AdamW's are the same as ours, Muon's are by shape, ascending. */
export function combinedGroups(groups: readonly ParameterGroup[], shapes: Shapes): CombinedGroup[] {
  const adamw = groups.filter(({ kind }) => kind === 'adamw')
  const combined = adamw.map((like) => ({
    like,
    names: like.names[0] === 'smear_lambda' ? SMEAR : like.names,
  }))
  const muon = new Map<string, { like: ParameterGroup; names: string[]; shape: readonly number[] }>()
  for (const [name, shape] of shapes) {
    const like = groups.find(({ kind, names }) => kind === 'muon' && names.includes(name))
    if (like === undefined) continue
    const group = muon.get(String(shape)) ?? { like, names: [], shape }
    muon.set(String(shape), { ...group, names: [...group.names, name] })
  }
  const byShape = [...muon.values()].sort((a, b) => compare(a.shape, b.shape))
  let first = 0
  return [...combined, ...byShape].map(({ like, names }) => {
    const group = { like, names, first }
    first += names.length
    return group
  })
}

/** Compares as Python orders tuples. */
function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((size, index) => size !== b[index])
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}

/**
 * @param shapes of all parameters, in the model's order
 * @param place of the rank whose share it is. @default one process, which has all
 */
export function combinedStateDict(
  states: OptimizerStates,
  shapes: Shapes,
  place: Place = { rank: 0, worldSize: 1 },
): TorchValue {
  const share = shareOf(states.groups, shapes, place)
  const state: Dict = new Map()
  const paramGroups: TorchValue[] = []
  for (const { names, first, like } of combinedGroups(states.groups, shapes)) {
    if (KEPT[like.kind].stacked) setIfThere(state, first, stackedMemory(states, like, names, place))
    else names.forEach((name, i) => setIfThere(state, first + i, memoryOf(states, like, name, share)))
    const params = names.map((_, i) => first + i)
    paramGroups.push(new Map<TorchValue, TorchValue>([...settingsOf(like, states), ['params', params]]))
  }
  return new Map<TorchValue, TorchValue>([
    ['state', state],
    ['param_groups', paramGroups],
  ])
}

function setIfThere(state: Dict, number: number, memory: Dict | undefined): void {
  if (memory !== undefined) state.set(number, memory)
}

function memoryOf(
  { memory, steps }: OptimizerStates,
  { kind }: ParameterGroup,
  name: string,
  share: Share,
): Dict | undefined {
  const arrays = memory.get(name)
  if (arrays === undefined) return undefined
  const dict: Dict = new Map(KEPT[kind].counts ? [['step', steps]] : [])
  for (const [entry, array] of arrays) dict.set(entry, floatTensor(ownPart(name, array, share)))
  return dict
}

function stackedMemory(
  { memory }: OptimizerStates,
  { kind }: ParameterGroup,
  names: readonly string[],
  place: Place,
): Dict | undefined {
  const memories = names.map((name) => memory.get(name))
  const dict: Dict = new Map()
  for (const entry of Object.keys(KEPT[kind].arrays)) {
    const arrays = memories.map((each) => each?.get(entry)).filter((array) => array !== undefined)
    if (arrays.length !== names.length) return undefined
    dict.set(entry, stacked(pieceOf(arrays, place)))
  }
  return dict
}

/** The arrays of a rank: as many on each, the last ones filled up with zeros. */
function pieceOf(arrays: readonly FloatArray[], { rank, worldSize }: Place): FloatArray[] {
  const count = Math.ceil(arrays.length / worldSize)
  const [{ shape, data } = { shape: [], data: new Float32Array() }] = arrays
  const zeros = (): FloatArray => ({ shape, data: new Float32Array(data.length) })
  return Array.from({ length: count }, (_, i) => arrays[rank * count + i] ?? zeros())
}

/** [K, ...shape] of K arrays of one shape; nothing is copied until it is written. */
function stacked(arrays: readonly FloatArray[]): TorchTensor {
  const tensors = arrays.map(floatTensor)
  return new TorchTensor('float32', [arrays.length, ...(arrays[0]?.shape ?? [])], async function* () {
    for (const tensor of tensors) yield* tensor.chunks()
  })
}

/** The keys of MuonAdamW's groups. */
function settingsOf(group: ParameterGroup, states: OptimizerStates): [string, TorchValue][] {
  const settings = torchSettings(group, states)
  const keys = ['lr', 'weight_decay', 'initial_lr', ...KEPT[group.kind].combined]
  return [
    ['kind', group.kind],
    ...keys.map((key): [string, TorchValue] => [key, torchSetting(settings[key] ?? null)]),
  ]
}

/**
 * What each kind of optimizer stores for a parameter, and how torch stores that and a group's settings. Only this file
 * knows it: the state before the first step is made with it (optimizer.ts), and checkpoints are written and read with
 * it (checkpoint/optimizer-*.ts). It uses no tensors, because checkpoints are read where TensorFlow is not loaded.
 */
import type { ParameterGroup } from './groups'

export type Kind = ParameterGroup['kind']
export type GroupOf<K extends Kind> = Extract<ParameterGroup, { kind: K }>
type Shape = readonly number[]

/** A setting as Python holds it: a float, a tuple of floats, an int, a bool or None. */
export type TorchSetting = { float: number } | { floats: readonly number[] } | number | boolean | null

/** Settings of a group in a file. */
export interface SavedSettings {
  /** @throws where the file has no such number */
  number(key: string): number
  /** @throws where the file has no such pair of numbers */
  pair(key: string): [number, number]
}

/** The settings of a group that change from step to step. */
interface Moment {
  lrMultiplier: number
  momentum: number
}

export interface Kept<K extends Kind> {
  /** Name in messages. */
  label: string
  /** Arrays of one parameter by torch's name; each gives its shape for the parameter's. */
  arrays: Readonly<Record<string, (shape: Shape) => Shape>>
  /** Whether each parameter's steps are counted too, under the name `step`. */
  counts: boolean
  /** Whether MuonAdamW stacks the arrays of a group (checkpoint/optimizer-combined.ts). */
  stacked: boolean
  /** All settings of a group, in torch's order. */
  settings(group: GroupOf<K>, moment: Moment): Readonly<Record<string, TorchSetting>>
  /** The settings that MuonAdamW has besides the rates and the weight decay of every kind. */
  combined: readonly string[]
  /** The group with a file's settings. */
  restored(group: GroupOf<K>, saved: SavedSettings): GroupOf<K>
}

const same = (shape: Shape): Shape => shape

export const KEPT: { readonly [K in Kind]: Kept<K> } = {
  /** torch.optim.AdamW; nanochat adds `initial_lr`. */
  adamw: {
    label: 'AdamW',
    arrays: { exp_avg: same, exp_avg_sq: same },
    counts: true,
    stacked: false,
    settings: (group, { lrMultiplier }) => ({
      lr: { float: group.lr * lrMultiplier },
      betas: { floats: group.betas },
      eps: { float: group.eps },
      weight_decay: { float: group.weightDecay },
      amsgrad: false,
      maximize: false,
      foreach: null,
      capturable: false,
      differentiable: false,
      fused: true,
      decoupled_weight_decay: true,
      initial_lr: { float: group.lr },
    }),
    combined: ['betas', 'eps'],
    restored: (group, saved) => ({
      ...{ ...group, ...ratesOf(saved) },
      betas: saved.pair('betas'),
      eps: saved.number('eps'),
    }),
  },
  /** nanochat's Muon, with NorMuon's second moment. */
  muon: {
    label: 'Muon',
    arrays: { momentum_buffer: same, second_momentum_buffer: reducedShape },
    counts: false,
    stacked: true,
    settings: (group, { lrMultiplier, momentum }) => ({
      lr: { float: group.lr * lrMultiplier },
      momentum: { float: momentum },
      nesterov: true,
      ns_steps: 5,
      beta2: { float: group.beta2 },
      weight_decay: { float: group.weightDecay },
      initial_lr: { float: group.lr },
    }),
    combined: ['momentum', 'ns_steps', 'beta2'],
    restored: (group, saved) => ({ ...group, ...ratesOf(saved), beta2: saved.number('beta2') }),
  },
}

/** In the order in which nanochat saves its optimizers. */
export const KINDS: readonly Kind[] = ['adamw', 'muon']

/** The group with a file's settings. */
export function restoredGroup<K extends Kind>(
  group: GroupOf<K> & { kind: K },
  saved: SavedSettings,
): GroupOf<K> {
  return KEPT[group.kind].restored(group, saved)
}

/** A group's settings as torch stores them, in its order. */
export function torchSettings<K extends Kind>(
  group: GroupOf<K> & { kind: K },
  moment: Moment,
): Readonly<Record<string, TorchSetting>> {
  return KEPT[group.kind].settings(group, moment)
}

/** The groups of one kind. */
export function groupsOfKind<K extends Kind>(groups: readonly ParameterGroup[], kind: K): GroupOf<K>[] {
  return groups.filter((group): group is GroupOf<K> => group.kind === kind)
}

function ratesOf(saved: SavedSettings): { lr: number; weightDecay: number } {
  return { lr: saved.number('initial_lr'), weightDecay: saved.number('weight_decay') }
}

/** [R, 1] for a matrix [R, C] that is at least as tall as wide, else [1, C]: the longer side stays. */
function reducedShape([rows = 1, columns = 1]: Shape): Shape {
  return rows >= columns ? [rows, 1] : [1, columns]
}

import { describe, expect, it } from 'vitest'

import { parameterShapes } from '../../../../src-main/model/parameters'
import type { ParameterGroup } from '../../../../src-main/optimizers/groups'
import {
  groupsOfKind,
  KEPT,
  KINDS,
  restoredGroup,
  torchSettings,
  type SavedSettings,
  type TorchSetting,
} from '../../../../src-main/optimizers/kept'
import { parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { tinyConfig } from '../../../support/checkpoints'

const groups = parameterGroups(parameterShapes(tinyConfig), tinyConfig.n_embd, {
  embedding_lr: 0.2,
  unembedding_lr: 0.004,
  matrix_lr: 0.02,
  weight_decay: 0.1,
  init_lr_frac: 0.5,
})

/** Reads settings as a file does. */
function saved(settings: Readonly<Record<string, TorchSetting>>): SavedSettings {
  return {
    number(key) {
      const value = settings[key]
      if (typeof value === 'object' && value !== null && 'float' in value) return value.float
      throw new Error(`no ${key}`)
    },
    pair(key) {
      const value = settings[key]
      const [first = NaN, second = NaN] =
        typeof value === 'object' && value !== null && 'floats' in value ? value.floats : []
      return [first, second]
    },
  }
}

describe('what is kept of a parameter', () => {
  it('has its shape, but for the mean square of a matrix, which has its longer side', () => {
    const { arrays } = KEPT.muon
    expect(KEPT.adamw.arrays['exp_avg_sq']?.([5, 3])).toEqual([5, 3])
    expect(arrays['momentum_buffer']?.([4, 8])).toEqual([4, 8])
    expect(arrays['second_momentum_buffer']?.([8, 4])).toEqual([8, 1])
    expect(arrays['second_momentum_buffer']?.([4, 4])).toEqual([4, 1])
    expect(arrays['second_momentum_buffer']?.([4, 8])).toEqual([1, 8])
  })
})

describe("a group's settings", () => {
  const rates = ({ names: _, ...rest }: ParameterGroup) => rest

  it('come back as they were, whatever the step made of the rate', () => {
    for (const group of groups) {
      const settings = torchSettings(group, { lrMultiplier: 0.25, momentum: 0.9 })
      expect(settings['lr']).toEqual({ float: group.lr * 0.25 })
      const blank = { ...group, lr: NaN, weightDecay: NaN }
      expect(rates(restoredGroup(blank, saved(settings)))).toEqual(rates(group))
    }
  })

  it('that are missing are refused', () => {
    const [group] = groups
    if (group === undefined) throw new Error('no group')
    expect(() => restoredGroup(group, saved({}))).toThrow('no initial_lr')
  })

  it('that later files have are among all of them', () => {
    for (const group of groups) {
      const all = Object.keys(torchSettings(group, { lrMultiplier: 1, momentum: 0.9 }))
      expect(all).toEqual(expect.arrayContaining([...KEPT[group.kind].combined]))
    }
  })
})

describe('kinds', () => {
  it('have every group, each in one', () => {
    expect(KINDS.flatMap((kind) => groupsOfKind(groups, kind))).toEqual(groups)
    expect([...KINDS].sort()).toEqual(Object.keys(KEPT).sort())
  })
})

import { expect, it } from 'vitest'

import { OPTIMIZER_NAMES } from '../../../../src-main/config/optimizer-names.schema'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { OPTIMIZERS, parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { tinyConfig } from '../../../support/checkpoints'

const rates = {
  embedding_lr: 0.3,
  unembedding_lr: 0.004,
  matrix_lr: 0.02,
  weight_decay: 0.1,
  init_lr_frac: 0.5,
}

it('every optimizer can be chosen, and every choice is there', () => {
  expect(Object.keys(OPTIMIZERS).sort()).toEqual([...OPTIMIZER_NAMES].sort())
})

it.each(OPTIMIZER_NAMES)(
  '%s: groups and names stand in torch’s order; init_lr_frac is on every rate',
  (optimizer) => {
    const shapes = parameterShapes(tinyConfig)
    const groupsOf = (init_lr_frac: number) =>
      parameterGroups(shapes, tinyConfig.n_embd, { ...rates, init_lr_frac, optimizer })
    const [half, whole] = [groupsOf(0.5), groupsOf(1)]
    const seeds = parameterGroups(shapes, tinyConfig.n_embd, rates)
    expect(half.map(({ kind, label, names }) => ({ kind, label, names }))).toEqual(
      seeds.map(({ kind, label, names }) => ({ kind, label, names })),
    )
    expect(half.map(({ lr }) => lr * 2)).toEqual(whole.map(({ lr }) => lr))
    for (const group of half)
      expect(group).toMatchObject(group.kind === 'muon' ? { weightDecay: 0.1 } : { eps: 1e-10 })
  },
)

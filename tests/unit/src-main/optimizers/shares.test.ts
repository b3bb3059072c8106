/** What each rank updates, and that all shares together are the whole update. */
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'

import { parameterShapes } from '../../../../src-main/model/parameters'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { initOptimizer, updateOptimizer } from '../../../../src-main/optimizers/optimizer'
import { OPTIMIZERS, parameterGroups } from '../../../../src-main/optimizers/optimizers'
import {
  isOwn,
  ownGroups,
  ownRows,
  ownShapes,
  type Share,
  shareBytes,
  shareOf,
  stateBytes,
  turnOf,
} from '../../../../src-main/optimizers/shares'
import type { NamedTensors } from '../../../../src-main/optimizers/state'
import { tinyConfig } from '../../../support/checkpoints'

const shapes = parameterShapes(tinyConfig)
const names = Object.keys(OPTIMIZERS) as (keyof typeof OPTIMIZERS)[]
const groupsOf = (optimizer: keyof typeof OPTIMIZERS) =>
  parameterGroups(shapes, tinyConfig.n_embd, {
    ...{ optimizer, embedding_lr: 0.2, unembedding_lr: 0.004, matrix_lr: 0.02, weight_decay: 0.1 },
    init_lr_frac: 1,
  })
const groups = groupsOf('2026-01')
const sharesOf = (worldSize: number): Share[] =>
  Array.from({ length: worldSize }, (_, rank) => shareOf(groups, shapes, { rank, worldSize }))
const worldSizes = fc.integer({ min: 1, max: 9 })

beforeAll(async () => {
  await loadTensorflow()
})

test('large parameters of AdamW are shared out by rows, matrices of one shape in turn', () => {
  const [first, second] = sharesOf(2).map((share) => ownShapes(shapes, share))
  expect(first?.get('lm_head.weight')).toEqual([64, 32])
  expect(second?.get('lm_head.weight')).toEqual([64, 32])
  expect(second?.get('resid_lambdas')).toEqual([2])
  const firstOnly = [...(first?.keys() ?? [])].filter((name) => second?.has(name) === false)
  const secondOnly = [...(second?.keys() ?? [])].filter((name) => first?.has(name) === false)
  expect(firstOnly.map((name) => name.replace('transformer.h.', ''))).toEqual([
    '0.attn.c_q.weight',
    '0.attn.c_k.weight',
    '0.mlp.c_fc.weight',
    '0.mlp.c_proj.weight',
    '1.attn.c_q.weight',
    '1.attn.c_k.weight',
  ])
  expect(secondOnly).toHaveLength(firstOnly.length)
})

test('every row and every matrix is some rank’s, once; what does not divide is every rank’s', () => {
  fc.assert(
    fc.property(worldSizes, (worldSize) => {
      const shares = sharesOf(worldSize)
      for (const [name, shape] of shapes) {
        const how = shares[0]?.sharedOut.get(name)
        const owners = shares.filter((share) => isOwn(name, share))
        expect(owners).toHaveLength(how?.by === 'turns' ? 1 : worldSize)
        if (how === undefined) continue
        if (how.by === 'rows') {
          const rows = shares.flatMap((share) => {
            const { first, count } = ownRows(shape, share)
            return Array.from({ length: count }, (_, row) => first + row)
          })
          expect(rows).toEqual(Array.from({ length: shape[0] ?? 0 }, (_, row) => row))
        } else {
          const turn = Math.floor(how.index / worldSize)
          expect(turnOf(how.stack, turn, { worldSize, rank: 0 })[owners[0]?.rank ?? -1]).toBe(name)
        }
      }
    }),
  )
})

test('a share of two ranks is half of the state and what is small; none has more than the first', () => {
  const all = stateBytes(groups, shapes)
  const bytes = (rank: number, worldSize: number) => shareBytes(groups, shapes, { rank, worldSize })
  expect(bytes(0, 1)).toBe(all)
  expect(bytes(0, 2) / all).toBeCloseTo(0.5, 2)
  fc.assert(
    fc.property(worldSizes, (worldSize) => {
      const each = sharesOf(worldSize).map(({ rank }) => bytes(rank, worldSize))
      expect(Math.max(...each)).toBe(each[0])
      expect(each.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(all)
    }),
  )
})

/** What a rank has of the parameters, or their gradients. */
function ownOf(tensors: NamedTensors, share: Share): Map<string, tf.Tensor> {
  const own = [...tensors].filter(([name]) => isOwn(name, share))
  return new Map(
    own.map(([name, tensor]) => {
      if (share.sharedOut.get(name)?.by !== 'rows') return [name, tensor]
      const { first, count } = ownRows(tensor.shape, share)
      return [name, tf.slice(tensor, first, count)]
    }),
  )
}

test.each(names)('the updates of all shares are the whole update of %s, to the bit', (optimizer) => {
  const groups = groupsOf(optimizer)
  const random = (seed: number): NamedTensors =>
    new Map(
      [...shapes].map(([name, shape], i) => [name, tf.randomNormal([...shape], 0, 1, 'float32', seed + i)]),
    )
  const twoSteps = (some: typeof groups, parameters: NamedTensors, gradients: NamedTensors[]) => {
    let [params, state]: NamedTensors[] = [parameters, initOptimizer(some, parameters)]
    for (const gradient of gradients)
      ({ params, state } = updateOptimizer(some, params ?? parameters, gradient, state ?? new Map(), {
        ...{ lrMultiplier: 0.7, momentum: 0.9 },
      }))
    return { params: params ?? parameters, state: state ?? new Map<string, tf.Tensor>() }
  }
  const dataOf = (tensor: tf.Tensor | undefined): number[] => [...(tensor?.dataSync() ?? [])]
  tf.tidy(() => {
    const [parameters, gradients] = [random(1), [random(100), random(200)]]
    const whole = twoSteps(groups, parameters, gradients)
    for (const worldSize of [2, 3, 5]) {
      for (let rank = 0; rank < worldSize; rank++) {
        const share = shareOf(groups, shapes, { rank, worldSize })
        const own = twoSteps(
          ownGroups(groups, share),
          ownOf(parameters, share),
          gradients.map((each) => ownOf(each, share)),
        )
        for (const [name, tensor] of ownOf(whole.params, share))
          expect(dataOf(own.params.get(name))).toEqual(dataOf(tensor))
        for (const [name, tensor] of own.state) {
          const all = dataOf(whole.state.get(name))
          const first = tensor.size === all.length ? 0 : rank * tensor.size
          expect(dataOf(tensor)).toEqual(all.slice(first, first + tensor.size))
        }
      }
    }
  })
})

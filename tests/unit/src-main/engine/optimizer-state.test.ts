import { expect, test } from 'vitest'

import { fromCheckpoint, toCheckpoint } from '../../../../src-main/engine/optimizer-state'
import { tinyCheckpoint } from '../../../support/checkpoints'
import { failureOf } from '../../../support/failure'

const { optimizers } = tinyCheckpoint(7)
const settings = { lrMultiplier: optimizers.lrMultiplier, momentum: optimizers.momentum }

test('a state goes out to a checkpoint and comes back the same', () => {
  const flat = fromCheckpoint(optimizers)
  expect(flat.get('lm_head.weight.step')).toEqual({ shape: [], data: Float32Array.of(7) })
  expect(toCheckpoint(optimizers.groups, flat, 7, settings)).toEqual(optimizers)
})

test('before the first step there is no memory to keep', () => {
  const before = toCheckpoint(optimizers.groups, new Map(), 0, settings)
  expect(before).toMatchObject({ steps: 0, memory: new Map() })
  expect(fromCheckpoint(before)).toEqual(new Map())
})

test('an array that is missing is named', async () => {
  const flat = fromCheckpoint(optimizers)
  flat.delete('lm_head.weight.exp_avg')
  const failure = await failureOf(() => toCheckpoint(optimizers.groups, flat, 7, settings))
  expect(failure.code).toBe('optimizer.missing')
  expect(failure.message).toContain('lm_head.weight.exp_avg')
})

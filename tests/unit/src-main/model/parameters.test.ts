import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

import {
  checkParameters,
  normaliseNames,
  parameter,
  parameterShapes,
} from '../../../../src-main/model/parameters'
import type { Issue } from '../../../../src-main/errors'
import { loadTensorflow } from '../../../../src-main/native/tensorflow'
import { failureOf } from '../../../support/failure'
import { golden } from '../../../support/golden-model'

const config = golden.config
const shapes = parameterShapes(config)

describe('parameterShapes', () => {
  it('has the names and the order of the reference', () => {
    expect([...shapes.keys()]).toEqual(Object.keys(golden.grad_norms))
  })

  it('stores linear weights [out, in], with key heads of their own number and a padded vocabulary', () => {
    expect(shapes.get('transformer.h.1.attn.c_k.weight')).toEqual([64, 128])
    expect(shapes.get('transformer.h.2.mlp.c_fc.weight')).toEqual([512, 128])
    expect(shapes.get('transformer.h.2.mlp.c_proj.weight')).toEqual([128, 512])
    expect(shapes.get('lm_head.weight')).toEqual([768, 128])
  })
})

describe('normaliseNames', () => {
  const filled = (shape: number[], value: number) => `${shape.join()} of ${value}`

  it('strips the prefix of compiled models and restores the order', () => {
    const stored = new Map([...shapes.keys()].reverse().map((name) => [`_orig_mod.${name}`, name]))
    const plain = normaliseNames(stored, config, filled)
    expect([...plain.keys()]).toEqual([...shapes.keys()])
    expect([...plain.values()]).toEqual([...shapes.keys()])
  })

  it('fills in the scalars that old checkpoints lack', () => {
    const plain = normaliseNames(new Map<string, string>(), config, filled)
    expect(plain).toEqual(new Map([['resid_lambdas', '3 of 1'], ['x0_lambdas', '3 of 0']])) // prettier-ignore
  })

  it('keeps what it does not know, at the end', () => {
    const plain = normaliseNames(new Map([['extra', 'x'], ['lm_head.weight', 'h']]), config, filled) // prettier-ignore
    expect([...plain.keys()]).toEqual(['resid_lambdas', 'x0_lambdas', 'lm_head.weight', 'extra'])
  })
})

describe('checkParameters', () => {
  async function issuesWith(change: (shapes: Map<string, number[]>) => unknown): Promise<Issue[]> {
    const changed = new Map(shapes)
    change(changed)
    const failure = await failureOf(() => {
      checkParameters(changed, config)
    })
    expect(failure.code).toBe('model.parameters')
    return failure.issues ?? []
  }

  it('accepts what the config says', () => {
    expect(() => {
      checkParameters(shapes, config)
    }).not.toThrow()
  })

  it('names missing, misshapen and unknown parameters', async () => {
    expect(await issuesWith((map) => map.delete('lm_head.weight'))).toEqual([
      { path: 'lm_head.weight', message: 'is missing; its shape would be [768, 128]' },
    ])
    expect(await issuesWith((map) => map.set('resid_lambdas', [4]))).toEqual([
      { path: 'resid_lambdas', message: 'has shape [4]; the config says [3]' },
    ])
    expect(await issuesWith((map) => map.set('smear', [1]))).toEqual([
      { path: 'smear', message: 'is not a parameter of this model' },
    ])
  })
})

it('finds a parameter by name, or says that it is missing', async () => {
  await loadTensorflow()
  const one = tf.scalar(1)
  expect(parameter(new Map([['a', one]]), 'a')).toBe(one)
  expect((await failureOf(() => parameter(new Map(), 'a'))).code).toBe('model.parameters')
})

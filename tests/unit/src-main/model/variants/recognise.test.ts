import { describe, expect, it } from 'vitest'

import { modelConfig } from '../../../../../src-main/model/config.schema'
import { checkParameters, parameterShapes } from '../../../../../src-main/model/parameters'
import { withVariant, withoutVariant } from '../../../../../src-main/model/variants/recognise'
import { failureOf } from '../../../../support/failure'

const config = modelConfig.parse({
  sequence_len: 64,
  vocab_size: 100,
  n_layer: 3,
  n_head: 2,
  n_kv_head: 2,
  n_embd: 64,
})

describe('withVariant', () => {
  it("leaves the seed's form unnamed", () => {
    expect(withVariant(config, parameterShapes(config))).toEqual(config)
  })

  it.each(['2026-01-16', '2026-03-09', '2026-03-14'] as const)('recognises the form of %s', (variant) => {
    const shapes = parameterShapes({ ...config, variant })
    expect(withVariant(config, shapes)).toEqual({ ...config, variant })
    const compiled = new Map([...shapes].map(([name, shape]) => [`_orig_mod.${name}`, shape]))
    expect(withVariant(config, compiled)).toEqual({ ...config, variant })
  })

  it('forgets a form that the parameters do not show', () => {
    expect(withVariant({ ...config, variant: '2026-03-14' }, parameterShapes(config))).toEqual(config)
  })

  it('leaves it to the check to name the keys of a form that is not known', async () => {
    const engram = new Map(parameterShapes(config)).set('engram.table.weight', [1000, 64])
    const failure = await failureOf(() => {
      checkParameters(engram, withVariant(config, engram))
    })
    expect(failure).toMatchObject({
      code: 'model.parameters',
      issues: [{ path: 'engram.table.weight', message: 'is not a parameter of this model' }],
    })
  })
})

it('writes the config as nanochat knows it', () => {
  expect(withoutVariant({ ...config, variant: '2026-03-09' })).toEqual(config)
})

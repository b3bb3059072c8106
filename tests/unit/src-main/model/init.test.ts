import { describe, expect, it } from 'vitest'

import { modelConfig } from '../../../../src-main/model/config.schema'
import { initParameters } from '../../../../src-main/model/init'
import { parameterShapes } from '../../../../src-main/model/parameters'

const config = modelConfig.parse({
  sequence_len: 64,
  vocab_size: 500,
  n_layer: 2,
  n_head: 2,
  n_kv_head: 1,
  n_embd: 64,
})
const parameters = initParameters(config, 7)

function deviation(name: string): number {
  const values = parameters.get(name) ?? new Float32Array()
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
}

describe('initParameters', () => {
  it('has every parameter, in order and of its size', () => {
    const sizes = [...parameterShapes(config)].map(([name, shape]) => [
      name,
      shape.reduce((a, b) => a * b, 1),
    ])
    expect([...parameters].map(([name, values]) => [name, values.length])).toEqual(sizes)
  })

  it('is normal in the embedding and the head', () => {
    expect(deviation('transformer.wte.weight')).toBeCloseTo(1, 1)
    expect(deviation('lm_head.weight') * 1000).toBeCloseTo(1, 1)
  })

  it('is uniform of deviation 1 / sqrt(C) where the residual stream is read', () => {
    for (const name of ['attn.c_q', 'attn.c_k', 'attn.c_v', 'mlp.c_fc']) {
      expect(deviation(`transformer.h.1.${name}.weight`) * 8).toBeCloseTo(1, 1)
      const values = parameters.get(`transformer.h.1.${name}.weight`) ?? new Float32Array()
      const largest = values.reduce((most: number, value) => Math.max(most, Math.abs(value)), 0)
      expect(largest).toBeLessThanOrEqual(Math.fround(Math.sqrt(3 / 64)))
    }
  })

  it('leaves the residual stream alone at first', () => {
    expect(deviation('transformer.h.0.attn.c_proj.weight')).toBe(0)
    expect(deviation('transformer.h.0.mlp.c_proj.weight')).toBe(0)
    expect([...(parameters.get('resid_lambdas') ?? [])]).toEqual([1, 1])
    expect([...(parameters.get('x0_lambdas') ?? [])]).toEqual([0, 0])
  })

  it('depends on the seed and on nothing else', () => {
    expect(initParameters(config, 7)).toEqual(parameters)
    expect(initParameters(config, 8)).not.toEqual(parameters)
  })

  it('begins what only later forms have as upstream does', () => {
    const later = initParameters({ ...config, variant: '2026-03-14' }, 7)
    const range = (name: string) => {
      const values = [...(later.get(name) ?? [])]
      return [Math.min(...values), Math.max(...values)]
    }
    expect(range('smear_lambda')).toEqual([0, 0])
    expect(range('backout_lambda')).toEqual([Math.fround(0.2), Math.fround(0.2)])
    for (const gate of ['smear_gate.weight', 'transformer.h.1.attn.ve_gate.weight']) {
      const [least = NaN, most = NaN] = range(gate)
      expect(least).toBeGreaterThanOrEqual(0)
      expect(most).toBeLessThanOrEqual(0.02)
      expect(most - least).toBeGreaterThan(0.005)
    }
    expect(range('value_embeds.1.weight')[0]).toBeLessThan(-0.2)
  })
})

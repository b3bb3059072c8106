import { describe, expect, it } from 'vitest'

import { modelConfig } from '../../../../src-main/model/config.schema'
import { parameterShapes } from '../../../../src-main/model/parameters'
import { parameterGroups } from '../../../../src-main/optimizers/optimizers'
import { failureOf } from '../../../support/failure'

const rates = {
  embedding_lr: 0.2,
  unembedding_lr: 0.004,
  matrix_lr: 0.02,
  weight_decay: 0.1,
  init_lr_frac: 0.5,
}

function config(n_embd: number, n_head: number, n_kv_head: number) {
  return modelConfig.parse({ sequence_len: 64, vocab_size: 100, n_layer: 2, n_head, n_kv_head, n_embd })
}

/** The matrices of Muon's groups, without the layers' numbers. */
function muonOrder(n_embd: number, n_head: number, n_kv_head: number): string[] {
  return parameterGroups(parameterShapes(config(n_embd, n_head, n_kv_head)), n_embd, rates)
    .filter((group) => group.kind === 'muon')
    .map((group) =>
      [...new Set(group.names.map((name) => name.replace(/^transformer\.h\.\d+\.|\.weight$/g, '')))].join(),
    )
}

describe('parameterGroups', () => {
  const shapes = parameterShapes(config(192, 2, 2))
  const groups = parameterGroups(shapes, 192, rates)

  it("has AdamW's four groups with rates for the width, then Muon's", () => {
    expect(groups.slice(0, 4)).toMatchObject([
      { kind: 'adamw', names: ['lm_head.weight'], lr: 0.004 },
      { kind: 'adamw', names: ['transformer.wte.weight'], lr: 0.2 },
      { kind: 'adamw', names: ['resid_lambdas'], lr: 0.0025, betas: [0.8, 0.95], eps: 1e-10, weightDecay: 0 },
      { kind: 'adamw', names: ['x0_lambdas'], lr: 0.25 },
    ]) // 2 times the rate for 192 of 768 columns, half of it for init_lr_frac
    expect(groups.slice(4).map(({ kind, lr, weightDecay }) => [kind, lr, weightDecay])).toEqual([
      ['muon', 0.01, 0.1],
      ['muon', 0.01, 0.1],
    ])
  })

  it('trains every parameter once', () => {
    expect(groups.flatMap(({ names }) => names).sort()).toEqual([...shapes.keys()].sort())
  })

  it("stands in the order of the reference's optimizer", () => {
    // As a set of CPython 3.11 gives the numbers of elements; the first also as the reference itself was seen to.
    expect(muonOrder(128, 2, 1)).toEqual(['attn.c_q,attn.c_proj', 'attn.c_k,attn.c_v', 'mlp.c_fc,mlp.c_proj'])
    expect(muonOrder(256, 2, 2)).toEqual(['attn.c_q,attn.c_k,attn.c_v,attn.c_proj', 'mlp.c_fc,mlp.c_proj'])
    expect(muonOrder(12, 2, 1)).toEqual(['attn.c_q,attn.c_proj', 'mlp.c_fc,mlp.c_proj', 'attn.c_k,attn.c_v'])
    expect(muonOrder(6, 3, 1)).toEqual(['mlp.c_fc,mlp.c_proj', 'attn.c_q,attn.c_proj', 'attn.c_k,attn.c_v'])
  })

  it("trains what later forms add at upstream's rates", () => {
    const later = parameterShapes({ ...config(192, 2, 2), variant: '2026-03-14' })
    const added = parameterGroups(later, 192, rates).filter(({ names }) =>
      names.some((name) => !shapes.has(name)),
    )
    expect(added).toMatchObject([
      { kind: 'adamw', names: ['value_embeds.1.weight'], lr: 0.1 },
      { kind: 'adamw', names: ['smear_lambda', 'backout_lambda', 'smear_gate.weight'], lr: 0.1 },
      { kind: 'muon', names: ['transformer.h.1.attn.ve_gate.weight'], lr: 0.01 },
    ])
  })

  it('names a parameter that no optimizer trains, and one that is missing', async () => {
    const unknown = new Map(shapes).set('engram_lambda', [1])
    expect(await failureOf(() => parameterGroups(unknown, 192, rates))).toMatchObject({
      code: 'optimizer.parameters',
      issues: [{ path: 'engram_lambda' }],
    })
    const short = new Map(shapes)
    short.delete('x0_lambdas')
    expect(await failureOf(() => parameterGroups(short, 192, rates))).toMatchObject({
      issues: [{ path: 'x0_lambdas', message: 'is missing' }],
    })
  })
})

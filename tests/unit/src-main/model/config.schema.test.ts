import { describe, expect, it } from 'vitest'

import { headDim, modelConfig, paddedVocab } from '../../../../src-main/model/config.schema'

const base = { sequence_len: 256, vocab_size: 723, n_layer: 3, n_head: 4, n_kv_head: 2, n_embd: 128 }

function issuesOf(input: object): string[] {
  const parsed = modelConfig.safeParse(input)
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('modelConfig', () => {
  it('takes a config of before the windows as full context', () => {
    expect(modelConfig.parse(base)).toEqual({ ...base, window_pattern: 'L' })
  })

  it('reads the pattern in either case', () => {
    expect(modelConfig.parse({ ...base, window_pattern: 'ssl' }).window_pattern).toBe('SSL')
  })

  it('refuses other letters, an empty pattern and unknown keys', () => {
    expect(issuesOf({ ...base, window_pattern: 'SXL' })).toEqual([
      'window_pattern: only the letters S and L, at least one',
    ])
    expect(issuesOf({ ...base, window_pattern: '' })).toHaveLength(1)
    expect(issuesOf({ ...base, n_experts: 4 })).toHaveLength(1)
  })

  it('names the sizes that do not divide', () => {
    expect(issuesOf({ ...base, n_embd: 130 })[0]).toMatch(/^n_embd: must be a multiple of n_head/)
    expect(issuesOf({ ...base, n_embd: 12 })[0]).toMatch(/^n_embd: a head's width must be even .* 3$/)
    expect(issuesOf({ ...base, n_kv_head: 3 })[0]).toMatch(/^n_kv_head: must divide n_head/)
    expect(issuesOf({ ...base, n_layer: 0 })).toHaveLength(1)
  })
})

it('derives the width of a head and the stored vocabulary', () => {
  expect(headDim(base)).toBe(32)
  expect(paddedVocab({ vocab_size: 723 })).toBe(768)
  expect(paddedVocab({ vocab_size: 65536 })).toBe(65536)
})

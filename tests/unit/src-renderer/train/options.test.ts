import { expect, it } from 'vitest'
import { DEFAULTS, parseGiven } from '../../../../src-renderer/api/defaults'
import { OPTION_GROUPS } from '../../../../src-renderer/train/options'

const names = OPTION_GROUPS.flatMap(({ options }) => options.map(({ name }) => name))

it('lists every option of the contract once', () => {
  expect([...names].sort()).toEqual(Object.keys(DEFAULTS.mid).sort())
  expect(new Set(names).size).toBe(names.length)
})

it('offers only choices that the contract takes, and all of them that it has as default', () => {
  const mixture = { train: [{ task: 'SmolTalk', split: 'train' }], val: [] }
  for (const { name, kind } of OPTION_GROUPS.flatMap(({ options }) => options)) {
    if (kind.type !== 'choice') continue
    const values = kind.values.map(({ value }) => value)
    expect(values).toContain(DEFAULTS.mid[name])
    for (const value of values) expect(parseGiven({ mixture, [name]: value })).not.toBeNull()
  }
})

it('has the reference’s defaults', () => {
  expect(DEFAULTS.mid).toMatchObject({
    max_seq_len: 2048,
    device_batch_size: 32,
    total_batch_size: 524288,
    embedding_lr: 0.2,
    unembedding_lr: 0.004,
    matrix_lr: 0.02,
    eval_every: 150,
    eval_tokens: 20 * 524288,
    num_iterations: -1,
  })
})

it('refuses a config that is none', () => {
  expect(parseGiven({ mixture: { train: [{ task: 'Wikipedia' }], val: [] } })).toBeNull()
  expect(parseGiven('text')).toBeNull()
})

import { describe, expect, it } from 'vitest'

import { parseConfig, parseGiven } from '../../../../src-main/config/config'
import { DEFAULTS, type GivenConfig } from '../../../../src-main/config/config.schema'
import { givenOptions, inheritedOf, resolveConfig } from '../../../../src-main/config/resolve'
import { failureOf } from '../../../support/failure'

const file = '/base/base_checkpoints/d3/meta_000060.json'
const base = {
  max_seq_len: { value: 256, file },
  device_batch_size: { value: 4, file },
  total_batch_size: { value: 1024, file },
  embedding_lr: { value: 0.25, file },
  matrix_lr: { value: null, file },
}
const mixture = { train: [{ task: 'SmolTalk' as const, split: 'train' as const }], val: [] }

describe('recipe sft', () => {
  it('takes what is given, then what the base says, then its defaults', () => {
    const { config, files, notes } = resolveConfig({ recipe: 'sft', device_batch_size: 2 }, base)
    expect(config).toMatchObject({
      recipe: 'sft',
      device_batch_size: 2,
      max_seq_len: 256,
      total_batch_size: 1024,
      embedding_lr: 0.25,
      unembedding_lr: 0.004,
      matrix_lr: 0.02, // null in the file
      packing: 'bestfit-pad',
      loss: 'completion',
      optimizer: '2026-07',
      weight_decay: 0,
      init_lr_frac: 0.8,
      warmup_ratio: 0,
      warmdown_ratio: 0.5,
      final_lr_frac: 0,
      load_optimizer: true,
      eval_every: 200,
      eval_tokens: 40 * 524288,
    })
    expect(notes).toEqual([])
    expect(Object.keys(files).sort()).toEqual([
      'device_batch_size',
      'embedding_lr',
      'max_seq_len',
      'total_batch_size',
    ])
    expect(files.max_seq_len).toBe(file)
  })

  it('has chat_sft’s fallbacks without a base', () => {
    const { config, files } = resolveConfig({ recipe: 'sft' }, null)
    const [size, rows, tokens] = [config.max_seq_len, config.device_batch_size, config.total_batch_size]
    expect([size, rows, tokens]).toEqual([2048, 32, 524288])
    expect(config).toMatchObject({ embedding_lr: 0.3, unembedding_lr: 0.004, matrix_lr: 0.02 })
    expect(files).toEqual({})
  })

  it('has chat_sft’s mixture where the config names none', () => {
    const { train, val } = resolveConfig({ recipe: 'sft' }, null).config.mixture
    expect(train.map(({ task, split, repeat = 1 }) => [task, split, repeat])).toEqual([
      ['SmolTalk', 'train', 1],
      ['MMLU', 'auxiliary_train', 3],
      ['GSM8K', 'train', 4],
    ])
    expect(val.map(({ task, split, stop }) => [task, split, stop])).toEqual([
      ['SmolTalk', 'test', undefined],
      ['MMLU', 'test', 5200],
      ['GSM8K', 'test', 420],
    ])
    expect(resolveConfig({ recipe: 'sft', mixture }, null).config.mixture).toEqual(mixture)
  })

  it('does not take from the base what is no value of the option, and says so', () => {
    const { config, notes } = resolveConfig({ recipe: 'sft' }, { max_seq_len: { value: '256', file } })
    expect(config.max_seq_len).toBe(2048)
    expect(notes).toEqual([`${file} has max_seq_len "256", which is no value of it: the default holds.`])
  })

  it('tells what would hold of a given option if it was not given', () => {
    const { inherited, config } = resolveConfig({ recipe: 'sft', max_seq_len: 128, init_lr_frac: 1 }, base)
    expect(config).toMatchObject({ max_seq_len: 128, init_lr_frac: 1 })
    expect(inherited).toMatchObject({ max_seq_len: 256, init_lr_frac: 0.8 })
  })

  it('goes on with what a run inherited when it began, but for what is given', () => {
    const began = resolveConfig({ recipe: 'sft' }, base).config
    expect(inheritedOf(began, { recipe: 'sft', max_seq_len: 256 })).toEqual({
      device_batch_size: 4,
      total_batch_size: 1024,
      embedding_lr: 0.25,
      unembedding_lr: 0.004,
      matrix_lr: 0.02,
      weight_decay: 0,
    })
    expect(inheritedOf(began, {})).toEqual({})
  })
})

describe('recipe mid', () => {
  it('is what a config has that names none; it inherits nothing', () => {
    const { config, files } = resolveConfig({ mixture }, base)
    expect(config).toEqual({ recipe: 'mid', ...DEFAULTS.mid, mixture, exclude: [] })
    expect(config).toMatchObject({ warmdown_ratio: 0.2, load_optimizer: false, optimizer: '2026-01' })
    expect(files).toEqual({})
  })

  it('needs a mixture', async () => {
    const { code, issues } = await failureOf(() => parseConfig({}, 'here.json'))
    expect({ code, path: issues?.[0]?.path }).toEqual({ code: 'config.invalid', path: 'mixture' })
    expect(parseConfig({ recipe: 'sft' }, 'here.json').mixture.train).toHaveLength(3)
  })
})

it.each<GivenConfig>([
  { recipe: 'sft', seed: 7 },
  { mixture, seed: 7 },
])('resolving a resolved config changes nothing: %o', (given) => {
  const { config } = resolveConfig(given, base)
  expect(resolveConfig(config, null).config).toEqual(config)
  expect(parseConfig(config, 'here.json')).toEqual(config)
})

it('knows what is given from what is left out', () => {
  expect(givenOptions({ recipe: 'sft', seed: 7, dtype: undefined, mixture })).toEqual(['seed'])
  expect(parseGiven({ recipe: 'sft', seed: 7 }, 'here.json')).toEqual({ recipe: 'sft', seed: 7 })
})

import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { checkConfig, lackingData, speedOfRunsLike } from '../../../../src-main/services/check-config'
import { nothingKnown } from '../../../../src-main/runs/preflight'
import { sampleConfig } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

const gather = async (): Promise<typeof nothingKnown> => nothingKnown

describe('checkConfig', () => {
  it('derives figures from a config that is right', async () => {
    const { valid, derived } = await checkConfig(
      { ...sampleConfig(), num_iterations: 10, eval_every: -1 },
      gather,
    )
    expect(valid).toBe(true)
    expect(derived).toMatchObject({ grad_accum_steps: 8, tokens_per_step: 524288, steps: 10 })
  })

  it.each([
    ['a wrong type', { ...sampleConfig(), max_seq_len: 'long' }, 'max_seq_len'],
    ['an unknown option', { ...sampleConfig(), max_seq_length: 5 }, 'max_seq_length'],
    ['no object at all', null, ''],
  ])('names the field of %s as a blocker', async (_, config, path) => {
    const { valid, findings, derived } = await checkConfig(config, gather)
    expect({ valid, derived }).toEqual({ valid: false, derived: null })
    expect(findings).toContainEqual(expect.objectContaining({ level: 'block', path }))
  })

  it('names options that do not go together', async () => {
    const { valid, findings } = await checkConfig({ ...sampleConfig(), total_batch_size: 1000 }, gather)
    expect(valid).toBe(false)
    expect(findings[0]).toMatchObject({ level: 'block', path: 'total_batch_size' })
  })
})

describe('speedOfRunsLike', () => {
  const config = sampleConfig()

  it('takes the newest run with the same options that matter for speed', () => {
    const runs = [
      { config: { ...config, max_seq_len: 512 }, tokPerSec: 1 },
      { config: { ...config, matrix_lr: 0.5 }, tokPerSec: 2 },
      { config, tokPerSec: 3 },
    ]
    expect(speedOfRunsLike(config, runs)).toBe(2)
  })

  it('knows nothing where there is none', () => {
    expect(speedOfRunsLike(config, [{ config: { ...config, dtype: 'float32' }, tokPerSec: 1 }])).toBeNull()
  })
})

describe('lackingData', () => {
  it('names what is to be downloaded at the first entry that needs it', async () => {
    const folder = temporaryFolder()
    vi.stubEnv('HF_HOME', folder)
    onTestFinished(() => void vi.unstubAllEnvs())
    const gsm8k = { task: 'GSM8K' as const, subset: 'main' as const }
    const train = [{ task: 'SmolTalk' as const, split: 'train' as const, data_files: 'own.parquet' }]
    const val = [
      { ...gsm8k, split: 'test' as const },
      { ...gsm8k, split: 'test' as const, stop: 9 },
    ]
    const locations = { baseDir: folder, configDir: folder, cacheDir: folder }
    expect(await lackingData({ train, val }, locations)).toEqual([
      { path: 'mixture.val.0', label: 'openai/gsm8k, main test', dir: join(folder, 'hub'), unusable: null },
    ])
  })
})

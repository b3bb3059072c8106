import { expect, test } from 'vitest'

import { differences, precisionDifference } from '../../../../src-main/runs/differences'
import { DEFAULTS, type RunConfig } from '../../../../src-main/config/config.schema'
import { containing } from '../../../support/containing'
import { sampleConfig } from '../../../support/run-samples'

const device = 'CPU, 2 threads, float32, eager'

function of(options: Partial<RunConfig>): string[] {
  return differences({ ...sampleConfig(), dtype: 'float32', ...options }, device)
}

test('an epoch and a set number of steps differ from the seed in different ways', () => {
  const epoch = of({ num_iterations: -1 })
  const steps = of({ num_iterations: 100 })
  expect(epoch).toContainEqual(containing('the seed, whose end-of-epoch flag is never set, does not stop'))
  expect(epoch).toContainEqual(containing('turns negative past progress 1'))
  expect(steps).toContainEqual(containing('the seed counts batches and trains one step too few'))
  expect(steps).not.toContainEqual(containing('does not stop'))
})

test('only what applies is told', () => {
  const plain = of({})
  expect(plain).not.toContainEqual(containing('padded'))
  expect(plain).not.toContainEqual(containing('buffer_size'))
  expect(plain).not.toContainEqual(containing('CustomJSON'))
  expect(plain).not.toContainEqual(containing('optimizer'))
  expect(plain).not.toContainEqual(containing('assistant'))
  expect(of({ loss: 'completion' })).toContainEqual(containing('Only what the assistant says is trained on'))
  expect(of({ optimizer: '2026-07' })).toContainEqual(containing('The optimizer is nanochat’s of 2026-07'))
  const mixture = { train: [{ task: 'CustomJSON' as const, filepath: 'x' }], val: [] }
  const other = of({ packing: 'bestfit-pad', buffer_size: 7, mixture })
  expect(other).toContainEqual(containing('padded'))
  expect(other).toContainEqual(containing('buffer_size is 7'))
  expect(other).toContainEqual(containing('CustomJSON'))
})

test('bfloat16 that is not computed is never passed over in silence', () => {
  const config = { dtype: 'bfloat16', engine: 'eager' } as const
  expect(precisionDifference(config, device)).toEqual([containing('so does the seed on a CPU')])
  expect(precisionDifference(config, 'NVIDIA H100, float32, eager')).toEqual([
    containing('bfloat16 on a GPU'),
  ])
  expect(precisionDifference({ ...config, dtype: 'float32' }, device)).toEqual([])
  const graph = { dtype: 'bfloat16', engine: 'graph' } as const
  expect(precisionDifference(graph, null)).toEqual([containing('on a CPU the seed computes in float32')])
  expect(precisionDifference(graph, 'NVIDIA H100, bfloat16, graph')).toEqual([])
})

test('a run of recipe sft is compared with chat_sft, one of mid with the seed', () => {
  const sft = (options: Partial<RunConfig> = {}): string[] =>
    of({ recipe: 'sft', ...DEFAULTS.sft, dtype: 'float32', ...options })
  const plain = sft()
  expect(plain).toContainEqual(containing('chat_sft’s loader stalls there'))
  expect(plain).toContainEqual(containing('A micro-batch without a target adds nothing'))
  expect(plain).not.toContainEqual(containing('the seed'))
  expect(plain).not.toContainEqual(containing('The optimizer'))
  const other = sft({ packing: 'bestfit-crop', loss: 'all', optimizer: '2026-01', dtype: 'bfloat16' })
  expect(other).toContainEqual(containing('Rows are filled by bestfit-crop'))
  expect(other).toContainEqual(containing('Every target is trained on'))
  expect(other).toContainEqual(containing('chat_sft’s is that of 2026-07'))
  expect(other).toContainEqual(containing('on a CPU chat_sft computes in float32'))
  const mid = of({ warmup_ratio: 0.1, load_optimizer: true })
  expect(mid).toContainEqual(containing('another course than the seed’s: warmup_ratio is 0.1 in place of 0.'))
  expect(mid).toContainEqual(containing('the seed begins with a fresh one'))
  expect(of({})).not.toContainEqual(containing('course'))
})

test.each([
  [DEFAULTS.mid, 'mid', 'the seed'],
  [DEFAULTS.sft, 'sft', 'chat_sft'],
] as const)('the options that change what is trained are told in either recipe', (usual, recipe, script) => {
  const told = (options: Partial<RunConfig>): string[] =>
    of({ recipe, ...usual, dtype: 'float32', ...options }).filter((text) => !plain.includes(text))
  const plain = of({ recipe, ...usual, dtype: 'float32' })
  expect(told({ exclude: [[0, 1]] })).toEqual([containing(`${script} trains on all of them`)])
  expect(told({ load_optimizer: !usual.load_optimizer })).toEqual([containing('the base’s momenta')])
  expect(told({ final_lr_frac: 0.1, init_lr_frac: 0.3 })).toEqual([
    containing(
      `${script}’s: final_lr_frac is 0.1 in place of 0, init_lr_frac is 0.3 in place of ${String(usual.init_lr_frac)}.`,
    ),
  ])
  expect(told({ buffer_size: 7 })).toEqual([containing(`${script} buffers 100 conversations`)])
})

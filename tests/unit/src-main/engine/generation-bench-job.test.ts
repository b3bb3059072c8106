/** The benchmark of decoding: its figures fit together. Not how fast the machine is. */
import { expect, test } from 'vitest'

import { runGenerationBench } from '../../../../src-main/engine/generation-bench-job'
import { tinyConfig } from '../../../support/checkpoints'
import { unbothered } from '../../../support/generation'

const deaf = { signal: unbothered, progress: () => undefined }

test.each([
  ['float32', 4],
  ['bfloat16', 2],
] as const)('in %s a token reads all weights that are multiplied', async (dtype, bytes) => {
  const model = { ...tinyConfig, vocab_size: 128 }
  const result = await runGenerationBench({ dtype, model, threads: null }, deaf)
  const { n_layer: layers, n_embd: width } = model
  const perLayer = 2 * width * width + 2 * (width / 2) * width + 8 * width * width
  expect(result.weightBytes).toBe(bytes * (layers * perLayer + 128 * width))
  expect(result.tokenMs).toBeGreaterThan(0)
  expect(result.bandwidth).toBeGreaterThan(1e8)
})

test('is broken off', async () => {
  const job = { dtype: 'float32', model: tinyConfig, threads: null } as const
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(runGenerationBench(job, { ...deaf, signal })).rejects.toThrow('enough')
})

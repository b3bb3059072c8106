/** `bench step` as others use it: the names of its figures, and that they fit together. Not how fast the machine is. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { runCommandLine, startCommand } from '../support/command-line'
import { goldenConfig } from '../support/golden-run'
import { temporaryFolder } from '../support/temporary-folder'

const rate = z.number().positive()
const figures = z.strictObject({
  matmul: z.strictObject({ float32_gflops: rate, bfloat16_gflops: rate }),
  results: z.array(
    z.strictObject({
      engine: z.enum(['graph', 'eager']),
      depth: z.int(),
      device_batch_size: z.int(),
      max_seq_len: z.int(),
      vocab_size: z.int(),
      dtype: z.enum(['float32', 'bfloat16']),
      tok_per_sec: rate,
      model_gflops: rate,
      ratio_of_bf16_matmul: rate,
      peak_memory_bytes: z.int(),
      compile_s: z.number().min(0),
    }),
  ),
})

/** Two processes that compile, on a machine that may be busy. */
const COMPILING_MS = 300_000

test(
  'prints the figures of a config’s shape, graph beside eager',
  async () => {
    const folder = temporaryFolder()
    const config = join(folder, 'config.json')
    writeFileSync(config, JSON.stringify(goldenConfig({ engine: 'graph', dtype: 'bfloat16' })))
    const { code, stdout, stderr } = await runCommandLine(folder, [
      'bench',
      'step',
      '--config',
      config,
      '--json',
    ])
    expect(code).toBe(0)
    expect(stdout).toHaveLength(1)
    const { matmul, results } = figures.parse(JSON.parse(stdout.join('')))
    const shape = { depth: 3, device_batch_size: 4, max_seq_len: 256 }
    expect(results).toMatchObject([
      { ...shape, engine: 'graph', dtype: 'bfloat16' },
      { ...shape, engine: 'eager', dtype: 'float32' },
    ])
    for (const { model_gflops, ratio_of_bf16_matmul, peak_memory_bytes, compile_s, engine } of results) {
      expect(ratio_of_bf16_matmul).toBeCloseTo(model_gflops / matmul.bfloat16_gflops, 2)
      expect(peak_memory_bytes).toBeGreaterThan(100e6)
      if (engine === 'graph') expect(compile_s).toBeGreaterThan(0.1)
    }
    expect(stderr).toContain('[2/2] depth 3, 4×256')
  },
  COMPILING_MS,
)

test('Ctrl-C ends it, and prints no figures', async () => {
  const running = startCommand(temporaryFolder(), ['bench', 'step', '--json'])
  await new Promise<void>((resolve) => running.process.stderr?.once('data', () => resolve()))
  running.process.kill('SIGINT')
  const { code, stdout } = await running.finished
  expect(code).toBe(130)
  expect(stdout).toEqual([])
}, 120_000)

test.each([
  [['--only', '{}'], '--only is no setting'],
  [['--threads', 'two'], '--threads is two'],
])('%j is bad usage', async (args, message) => {
  const { code, stdout, stderr } = await runCommandLine(temporaryFolder(), ['bench', 'step', ...args])
  expect(code).toBe(2)
  expect(stdout).toEqual([])
  expect(stderr).toContain(message)
})

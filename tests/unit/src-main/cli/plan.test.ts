import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { command } from '../../../../src-main/cli/plan'
import { runCommand } from '../../../support/command'
import { goldenPath } from '../../../support/golden'
import { goldenMixture } from '../../../support/golden-mixture'
import { privateCache } from '../../../support/private-cache'

const printed = z.looseObject({
  steps: z.int(),
  batches: z.int(),
  batches_left_over: z.int(),
  tokens: z.int(),
  tokens_used: z.int(),
  tokens_cropped: z.int(),
  tokens_padded: z.int(),
  conversations_never_trained: z.int(),
  per_task: z.array(z.looseObject({ name: z.string(), conversations: z.int(), tokens_used: z.int() })),
})

const dir = privateCache()

async function plan(options: object, ...args: string[]): Promise<string[]> {
  const file = join(dir, 'config.json')
  const config = {
    base_dir: goldenPath('nanochat_base'),
    device_batch_size: 4,
    max_seq_len: 256,
    mixture: goldenMixture,
    ...options,
  }
  await writeFile(file, JSON.stringify(config))
  const { code, stdout } = await runCommand(command, ['--config', file, ...args])
  expect(code).toBe(0)
  return stdout
}

describe('plan', () => {
  it("agrees with the reference's loader on the epoch", async () => {
    const [line = ''] = await plan({ total_batch_size: 1024 }, '--json')
    const view = printed.parse(JSON.parse(line))
    expect(view).toMatchObject({
      steps: 114,
      batches: 114,
      batches_left_over: 0,
      tokens: 177_496,
      tokens_padded: 0,
    })
    expect(view.tokens_used).toBe(114 * 4 * 257)
    expect(view.per_task.map((t) => t.conversations)).toEqual([600, 300, 120, 40, 40, 200, 80])
    expect(view.per_task.reduce((sum, t) => sum + t.tokens_used, 0)).toBe(view.tokens_used)
  })

  it('leaves an incomplete step out', async () => {
    const [line = ''] = await plan({ total_batch_size: 10_240 }, '--json')
    expect(printed.parse(JSON.parse(line))).toMatchObject({ steps: 11, batches: 110, batches_left_over: 4 })
  })

  it('plans the set number of steps', async () => {
    const [line = ''] = await plan({ total_batch_size: 2048, num_iterations: 7 }, '--json')
    expect(printed.parse(JSON.parse(line))).toMatchObject({ steps: 7, batches: 14, batches_left_over: 0 })
  })

  it('reads as a table', async () => {
    const lines = await plan({ total_batch_size: 2048, packing: 'bestfit-pad' }, '--split', 'val')
    expect(lines[0]).toBe('bestfit-pad: 4 rows of 257 ids a batch, a buffer of 100')
    expect(lines.find((l) => l.startsWith('steps'))).toMatch(/^steps +\d+ of 2,048 tokens, 2 batches each$/)
    expect(lines.filter((l) => l.includes('MMLU'))).toHaveLength(1)
  })

  it('refuses a total_batch_size that is no multiple', async () => {
    await expect(plan({ total_batch_size: 1000 })).rejects.toMatchObject({
      code: 'config.invalid',
      issues: [{ path: 'total_batch_size' }],
    })
  })
})

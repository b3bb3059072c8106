import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { command } from '../../../../src-main/cli/bench-pack'
import { runCommand } from '../../../support/command'

const rate = z.number().positive()
const figures = z.strictObject({
  copy_tokens_per_s: rate,
  loader: z.array(z.strictObject({ packing: z.string(), conversations_per_s: rate, tokens_per_s: rate })),
  cache: z.array(
    z.strictObject({
      tokens_per_conversation: rate,
      checked_tokens_per_s: rate,
      unchecked_tokens_per_s: rate,
      completion_tokens_per_s: rate,
    }),
  ),
  plan: z.strictObject({ conversations: z.int(), steps: z.int(), seconds: rate }),
  placement: z.array(z.strictObject({ buffer_size: z.int(), ns: rate })),
})

describe('bench pack', () => {
  it('prints its figures', async () => {
    const { code, stdout } = await runCommand(command, ['--conversations', '20000', '--json'])
    expect(code).toBe(0)
    const printed = figures.parse(JSON.parse(stdout.join('\n')))
    expect(printed.plan.conversations).toBe(20_000)
    expect(printed.loader.map((row) => row.packing)).toEqual(['bestfit-crop', 'bestfit-pad'])
    expect(printed.cache.map((row) => Math.round(row.tokens_per_conversation))[0]).toBe(57)
    expect(printed.placement.map((row) => row.buffer_size)).toEqual([100, 300, 1000, 3000, 10_000])
  })

  it('refuses a config that is not there', async () => {
    await expect(runCommand(command, ['--config', '/nowhere.json'])).rejects.toMatchObject({
      code: 'config.missing',
    })
  })
})

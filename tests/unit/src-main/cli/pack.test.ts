import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { command } from '../../../../src-main/cli/pack'
import { runCommand } from '../../../support/command'
import { containing } from '../../../support/containing'
import { goldenPath, readGolden } from '../../../support/golden'
import { goldenMixture } from '../../../support/golden-mixture'
import { sftMixture } from '../../../support/sft-mixture'
import { privateCache } from '../../../support/private-cache'

const golden = readGolden(
  'packing.json',
  z.array(
    z.object({
      batches: z.int(),
      sha256_of_inputs_then_targets_le_i32: z.string(),
      progress_epoch_last_step: z.array(z.unknown()),
      first: z.unknown(),
    }),
  ),
)
const sft = readGolden(
  'sft.json',
  z.object({
    packing: z.array(
      z
        .object({ sha256_of_inputs_then_targets_le_i32: z.string(), supervised_targets: z.int() })
        .transform(({ sha256_of_inputs_then_targets_le_i32: sha256, supervised_targets }) => ({
          sha256,
          supervised_targets,
        })),
    ),
  }),
).packing[1]
const printed = z.strictObject({
  batches: z.int(),
  sha256: z.string(),
  progress_epoch_last_step: z.array(z.unknown()),
  supervised_targets: z.int(),
  first: z.unknown().optional(),
})

const dir = privateCache()

async function configFile(options: object): Promise<string> {
  const file = join(dir, 'config.json')
  const config = { base_dir: goldenPath('nanochat_base'), mixture: goldenMixture, ...options }
  await writeFile(file, JSON.stringify(config))
  return file
}

describe('pack', () => {
  it('prints the figures of the reference, to the end of the epoch', async () => {
    const config = await configFile({ device_batch_size: 2, max_seq_len: 128 })
    const ranks = ['--rank', '1', '--world-size', '2']
    const { code, stdout } = await runCommand(command, [
      '--config',
      config,
      '--split',
      'train',
      '--first',
      ...ranks,
    ])
    expect(code).toBe(0)
    expect(stdout).toHaveLength(1)
    const [, , expected] = golden
    expect(printed.parse(JSON.parse(stdout[0] ?? ''))).toEqual({
      batches: expected?.batches,
      sha256: expected?.sha256_of_inputs_then_targets_le_i32,
      progress_epoch_last_step: expected?.progress_epoch_last_step,
      supervised_targets: (expected?.batches ?? 0) * 2 * 128,
      first: expected?.first,
    })
  })

  it('packs so many batches of val, without a first, whatever the batch of a step', async () => {
    const config = await configFile({ device_batch_size: 3, max_seq_len: 200 })
    const { stdout } = await runCommand(command, ['--config', config, '--split', 'val', '--batches', '15'])
    const [, , , expected] = golden
    expect(printed.parse(JSON.parse(stdout[0] ?? ''))).toEqual({
      batches: 15,
      sha256: expected?.sha256_of_inputs_then_targets_le_i32,
      progress_epoch_last_step: expected?.progress_epoch_last_step,
      supervised_targets: 15 * 3 * 200,
    })
  })

  it('counts batches against num_iterations', async () => {
    const options = { device_batch_size: 8, max_seq_len: 64, buffer_size: 10, num_iterations: 12 }
    const { stdout } = await runCommand(command, ['--config', await configFile(options), '--split', 'train'])
    const [, , , , expected] = golden
    expect(printed.parse(JSON.parse(stdout[0] ?? '')).sha256).toBe(
      expected?.sha256_of_inputs_then_targets_le_i32,
    )
  })

  it('prints the figures of today’s chat_sft with completion loss', async () => {
    const shape = { device_batch_size: 2, max_seq_len: 512, packing: 'bestfit-pad', loss: 'completion' }
    const base_dir = goldenPath('nanochat_now')
    const config = await configFile({ ...shape, base_dir, mixture: sftMixture })
    const ranks = ['--rank', '1', '--world-size', '2']
    const { stdout } = await runCommand(command, ['--config', config, '--split', 'train', ...ranks])
    const { sha256, supervised_targets } = printed.parse(JSON.parse(stdout[0] ?? ''))
    expect({ sha256, supervised_targets }).toEqual(sft)
  })

  it.each([
    [[], '--split is missing'],
    [['--split', 'test'], 'must be train or val'],
    [['--split', 'train'], '--config is missing'],
    [
      ['--split', 'train', '--rank', '2', '--world-size', '2'],
      '--rank is 2; it must be below --world-size, 2',
    ],
    [['--split', 'train', '--batches', '0'], '--batches is 0'],
  ])('refuses %j', async (args, message) => {
    await expect(runCommand(command, args)).rejects.toMatchObject({
      code: 'usage',
      message: containing(message),
    })
  })

  it('ends when it is interrupted', async () => {
    const config = await configFile({ device_batch_size: 2, max_seq_len: 128 })
    const run = runCommand(command, ['--config', config, '--split', 'train'], AbortSignal.abort())
    await expect(run).rejects.toMatchObject({ name: 'AbortError' })
  })
})

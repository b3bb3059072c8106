import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { command } from '../../../../src-main/cli/bench-tokenize'
import { goldenPath } from '../../../support/golden'
import { goldenMixture } from '../../../support/golden-mixture'
import { runCommand } from '../../../support/command'
import { temporaryFolder } from '../../../support/temporary-folder'

const rate = z.number().positive()
const figures = z.strictObject({
  texts: z.int(),
  characters: z.int(),
  vocab_size: z.int(),
  scan_mb_per_s: rate,
  encode: z.array(z.strictObject({ pass: z.enum(['first', 'warm']), tokens_per_s: rate, mb_per_s: rate })),
  render: z.array(
    z.strictObject({ threads: z.int(), conversations_per_s: rate, tokens_per_s: rate, mb_per_s: rate }),
  ),
})

it('prints its figures, as JSON and for people', async () => {
  const folder = temporaryFolder()
  vi.stubEnv('MIDBENCH_CACHE', join(folder, 'cache'))
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify({ base_dir: goldenPath('nanochat_base'), mixture: goldenMixture }))
  const args = ['--config', config, '--seconds', '1']
  const { stdout } = await runCommand(command, [...args, '--json'])
  const printed = figures.parse(JSON.parse(stdout.join()))
  expect(printed.vocab_size).toBe(723)
  expect(printed.encode.map((row) => row.pass)).toEqual(['first', 'warm'])
  expect(printed.render[0]?.threads).toBe(1)
  const people = await runCommand(command, args)
  expect(people.stdout.join('\n')).toContain('million tokens/s')
})

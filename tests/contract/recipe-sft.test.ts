/** Recipe sft by the command line: what is inherited and said, what `pack` prints, where a run's result lies, a resume. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

import type { GivenConfig } from '../../src-main/config/config.schema'
import { runCommandLine } from '../support/command-line'
import { containing } from '../support/containing'
import { readGolden } from '../support/golden'
import { goldenSft, goldenSftFolder } from '../support/golden-sft'
import { sftMixture } from '../support/sft-mixture'
import { temporaryFolder } from '../support/temporary-folder'

/** A copy of the golden folder, and a config beside it. */
function prepared(given: GivenConfig = {}): { folder: string; base: string; config: string } {
  const folder = temporaryFolder()
  const [base, config] = [join(folder, 'nanochat'), join(folder, 'sft.json')]
  cpSync(goldenSftFolder, base, { recursive: true })
  const common = { recipe: 'sft', base_dir: 'nanochat', dtype: 'float32', engine: 'eager', eval_tokens: 5120 }
  writeFileSync(config, JSON.stringify({ ...common, mixture: sftMixture, ...given }))
  return { folder, base, config }
}

const step = z.looseObject({ event: z.literal('step'), step: z.int(), loss_last_micro: z.number() })

test('pack prints the golden digest of the inherited sizes, and where they come from', async () => {
  const { config, base } = prepared()
  const packed = await runCommandLine(temporaryFolder(), [
    'pack',
    '--config',
    config,
    '--split',
    'val',
    '--batches',
    '15',
  ])
  const { packing } = readGolden(
    'sft.json',
    z.object({
      packing: z.array(z.object({ split: z.string(), sha256_of_inputs_then_targets_le_i32: z.string() })),
    }),
  )
  const golden = packing.find(({ split }) => split === 'val')
  expect(JSON.parse(packed.stdout[0] ?? '')).toMatchObject({
    sha256: golden?.sha256_of_inputs_then_targets_le_i32,
  })
  const meta = join(base, 'base_checkpoints/d3/meta_000060.json')
  expect(packed.stderr).toContain(
    `max_seq_len 256, device_batch_size 4, total_batch_size 1024, embedding_lr 0.3, unembedding_lr 0.004, matrix_lr 0.02 from ${meta}`,
  )
})

test('train goes on after a stop though the base has changed, and leaves its result for load_model("sft")', async () => {
  const { folder, base, config } = prepared({ num_iterations: 3, eval_every: -1 })
  const home = temporaryFolder()
  const run = ['train', '--config', config, '--run-dir', join(folder, 'run'), '--json']
  const first = await runCommandLine(home, [...run, '--stop-after', '2'])
  const meta = join(base, 'base_checkpoints/d3/meta_000060.json')
  const changed = readFileSync(meta, 'utf8')
    .replace('"max_seq_len": 256', '"max_seq_len": 128')
    .replace('"total_batch_size": 1024', '"total_batch_size": 1000')
  writeFileSync(meta, changed)
  const second = await runCommandLine(home, [...run, '--resume'])
  expect(second.code).toBe(0)
  expect(first.stderr).toContain(`from ${meta}`)
  expect(second.stderr).not.toContain(meta) // of today's base nothing holds
  const lines = [...first.stdout, ...second.stdout]
  const steps = lines.flatMap((line) => step.safeParse(JSON.parse(line)).data ?? [])
  expect(steps.map((each) => each.step)).toEqual([1, 2, 3])
  const log = goldenSft.runs[0]?.log ?? []
  for (const [i, { loss_last_micro }] of steps.entries()) {
    expect(Math.abs(loss_last_micro - (log[i]?.loss_last_micro ?? NaN))).toBeLessThan(0.01)
  }
  const dir = join(base, 'chatsft_checkpoints/d3')
  expect(second.stdout).toContainEqual(containing(`"checkpoint_dir":"${dir}"`))
  expect(readdirSync(dir).sort()).toEqual(['meta_000003.json', 'model_000003.pt', 'optim_000003_rank0.pt'])
  expect(JSON.parse(readFileSync(join(dir, 'meta_000003.json'), 'utf8'))).toMatchObject({
    model_config: { window_pattern: 'SSL', sequence_len: 256 },
    user_config: { recipe: 'sft', max_seq_len: 256 },
  })
  expect(readdirSync(base)).not.toContain('report')
})

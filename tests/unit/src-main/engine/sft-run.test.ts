/** Recipe sft against chat_sft's own runs, its warm start, and what it leaves. */
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { loadMeta, loadOptimizers } from '../../../../src-main/checkpoint/nanochat-files'
import type { GivenConfig } from '../../../../src-main/config/config.schema'
import type { StepMetric } from '../../../../src-main/config/run.schema'
import type { TrainJob } from '../../../../src-main/engine/trainer-calls'
import { goldenTrainJob as jobIn, runJob } from '../../../support/golden-run'
import { goldenSft, goldenSftConfig, goldenSftFolder } from '../../../support/golden-sft'
import { keptFolder, temporaryFolder } from '../../../support/temporary-folder'

/** The decoded mixture, shared by the tests. */
const cacheDir = keptFolder()

/** Graphs are compiled, which takes half a minute on a busy machine. */
const COMPILING_MS = 300_000
const ENGINES = ['eager', 'graph'] as const

async function sftJob(
  folder: string,
  given: GivenConfig,
  options: Partial<TrainJob> = {},
): Promise<TrainJob> {
  const job = jobIn(folder, await goldenSftConfig(given), options)
  return { ...job, locations: { ...job.locations, cacheDir } }
}

/** A copy of the golden folder that a run may write to. */
function copiedFolder(): string {
  const folder = join(temporaryFolder(), 'nanochat')
  cpSync(goldenSftFolder, folder, { recursive: true })
  return folder
}

const runs = goldenSft.runs.flatMap((golden) => ENGINES.map((engine) => ({ golden, engine })))

test.each(runs)(
  'a run of chat_sft, $engine, accumulation $golden.grad_accum',
  async ({ golden, engine }) => {
    const { steps: count, grad_accum, load_optimizer, init_lr_frac } = golden
    const { warmup_ratio, warmdown_ratio, final_lr_frac } = golden
    const { steps, evals } = await runJob(
      await sftJob(temporaryFolder(), {
        ...{ engine, load_optimizer, init_lr_frac, warmup_ratio, warmdown_ratio, final_lr_frac },
        num_iterations: count,
        total_batch_size: grad_accum * 4 * 256,
        eval_every: count,
      }),
    )
    const apart = golden.log.map(({ loss_last_micro, lrm }, i) => ({
      loss: Math.abs((steps[i]?.loss_last_micro ?? NaN) - loss_last_micro),
      lrm: Math.abs((steps[i]?.lrm ?? NaN) - lrm),
    }))
    expect(apart).toHaveLength(count)
    expect(Math.max(...apart.map(({ loss }) => loss))).toBeLessThan(0.01)
    expect(apart.filter(({ loss }) => loss < 0.003).length).toBeGreaterThan(count / 2)
    expect(Math.max(...apart.map(({ lrm }) => lrm))).toBeLessThan(1e-9)
    const norm = golden.log[0]?.grad_norm ?? NaN
    expect(Math.abs((steps[0]?.grad_norm ?? NaN) - norm) / norm).toBeLessThan(1e-3)
    const [before, after] = evals.map(({ val_bpb }) => val_bpb)
    expect(Math.abs((before ?? NaN) - golden.val_bpb_5_batches_before)).toBeLessThan(1e-4)
    expect(Math.abs((after ?? NaN) - golden.val_bpb_5_batches_after)).toBeLessThan(0.002)
  },
  COMPILING_MS,
)

/** What decides the bits of a run, of each step. */
const exact = ({ step, loss, loss_ema, lrm, momentum, progress, grad_norm }: StepMetric): object => ({
  ...{ step, loss, loss_ema, lrm, momentum, progress, grad_norm },
})

test('six steps of a warm start, and three, a resume and three give the same bits', async () => {
  const given = { num_iterations: 6, warmup_ratio: 0.4, final_lr_frac: 0.2, weight_decay: 0.1 }
  const whole = await runJob(await sftJob(temporaryFolder(), given))
  const folder = temporaryFolder()
  const first = await runJob(await sftJob(folder, given, { stopAfter: 3 }))
  const second = await runJob(await sftJob(folder, given, { resume: true }))
  expect(second.last.type).toBe('done')
  expect([...first.steps, ...second.steps].map(exact)).toEqual(whole.steps.map(exact))
})

test('a result is in chatsft_checkpoints, as chat_sft leaves it, and its optimizer goes on from the base’s', async () => {
  const base_dir = copiedFolder()
  const given = { base_dir, dry_run: false, num_iterations: 2, eval_every: 2 }
  const { last } = await runJob(await sftJob(temporaryFolder(), given))
  const dir = join(base_dir, 'chatsft_checkpoints', 'd3')
  expect(last).toMatchObject({ type: 'done', outcome: { checkpointDir: dir } })
  expect(readdirSync(dir).sort()).toEqual(['meta_000002.json', 'model_000002.pt', 'optim_000002_rank0.pt'])
  expect(JSON.parse(readFileSync(join(dir, 'meta_000002.json'), 'utf8'))).toMatchObject({
    step: 2,
    val_bpb: expect.any(Number),
    model_config: { sequence_len: 256, vocab_size: 723, n_layer: 3, window_pattern: 'SSL' },
    user_config: { recipe: 'sft', warmdown_ratio: 0.5, init_lr_frac: 0.8 },
  })
  const { model_config } = await loadMeta(dir, 2)
  const states = await loadOptimizers(dir, 2, { ...model_config, variant: '2026-03-14' })
  expect(states.steps).toBe(62)
})

test('without an optimizer file a run says so and begins with a fresh state', async () => {
  const base_dir = copiedFolder()
  const given = { base_dir, num_iterations: 2 }
  const warm = await runJob(await sftJob(temporaryFolder(), given))
  rmSync(join(base_dir, 'base_checkpoints/d3/optim_000060_rank0.pt'))
  const missing = await runJob(await sftJob(temporaryFolder(), given))
  const fresh = await runJob(await sftJob(temporaryFolder(), { ...given, load_optimizer: false }))
  const updates = [warm, missing, fresh].map(({ steps }) => steps[0]?.update_norm)
  expect(updates[1]).toEqual(updates[2])
  expect(updates[0]).not.toEqual(updates[2])
  expect(JSON.stringify(missing.reports)).toContain('has no optimizer file')
  expect(JSON.stringify(fresh.reports)).not.toContain('has no optimizer file')
})

test('an optimizer file of another form is refused with the group that differs', async () => {
  const base_dir = copiedFolder()
  const older = join(goldenSftFolder, '../nanochat_base/base_checkpoints/d3')
  const [file] = readdirSync(older).filter((name) => name.startsWith('model_'))
  const d3 = join(base_dir, 'base_checkpoints/d3')
  cpSync(join(older, file ?? ''), join(d3, 'model_000060.pt'))
  const { last } = await runJob(await sftJob(temporaryFolder(), { base_dir, num_iterations: 1 }))
  expect(last).toMatchObject({ type: 'failed', failure: { code: 'checkpoint.optimizer' } })
  expect(JSON.stringify(last)).toContain('group 2 does not hold residual scalars (resid_lambdas)')
})

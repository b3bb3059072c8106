import * as tf from '@tensorflow/tfjs-core'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

import type { TrainJob } from '../../../../src-main/engine/trainer-calls'
import { containing } from '../../../support/containing'
import { goldenPath } from '../../../support/golden'
import { golden as goldenModel } from '../../../support/golden-model'
import { goldenConfig, goldenTrainJob as jobIn, runJob } from '../../../support/golden-run'
import { keptFolder, temporaryFolder } from '../../../support/temporary-folder'

/** The decoded mixture, shared by the tests. */
const cacheDir = keptFolder()

function goldenTrainJob(...[folder, config, options]: Parameters<typeof jobIn>): TrainJob {
  const job = jobIn(folder, config, options)
  return { ...job, locations: { ...job.locations, cacheDir } }
}

/** Graphs are compiled, which takes half a minute on a busy machine. */
const COMPILING_MS = 300_000

const ENGINES = ['eager', 'graph'] as const
const runsByEngine = goldenModel.runs.flatMap((golden) => ENGINES.map((engine) => ({ golden, engine })))

test.each(runsByEngine)(
  'a run of the reference, $engine, accumulation $golden.grad_accum',
  async (each) => {
    const { golden, engine } = each
    const config = goldenConfig({
      engine,
      num_iterations: golden.progress_total_steps,
      total_batch_size: golden.grad_accum * 4 * 256,
      weight_decay: golden.weight_decay,
      init_lr_frac: golden.init_lr_frac,
      eval_every: golden.steps,
    })
    const stopAfter = golden.steps < golden.progress_total_steps ? golden.steps + 1 : null
    const { steps, evals } = await runJob(goldenTrainJob(temporaryFolder(), config, { stopAfter }))
    const compared = golden.log.map((line, i) => ({
      loss: Math.abs((steps[i]?.loss_last_micro ?? NaN) - line.loss_last_micro),
      lrm: Math.abs((steps[i]?.lrm ?? NaN) - line.lrm),
    }))
    expect(compared).toHaveLength(golden.steps)
    expect(Math.max(...compared.map(({ loss }) => loss))).toBeLessThan(0.01)
    expect(Math.max(...compared.map(({ lrm }) => lrm))).toBeLessThan(1e-9)
    const bpb = evals.find((each) => each.step === golden.steps)?.val_bpb ?? NaN
    expect(Math.abs(bpb - golden.val_bpb_after_5_batches)).toBeLessThan(0.002)
  },
  COMPILING_MS,
)

test.each(['bestfit-crop', 'bestfit-pad'] as const)(
  '%s: a run goes on with fewer rows a micro-batch, and every step has the same rows',
  async (packing) => {
    const config = goldenConfig({ packing, num_iterations: 4, total_batch_size: 2 * 4 * 256 })
    const whole = await runJob(goldenTrainJob(temporaryFolder(), config))
    const folder = temporaryFolder()
    await runJob(goldenTrainJob(folder, config, { stopAfter: 2 }))
    const finer = { ...config, device_batch_size: 1 }
    const rest = await runJob(goldenTrainJob(folder, finer, { resume: true }))
    expect(rest.steps.map(({ step }) => step)).toEqual([3, 4])
    expect(rest.steps.map((step) => step.first_batch)).toEqual(
      whole.steps.slice(2).map((step) => step.first_batch * 4),
    )
    expect(rest.steps.map((step) => step.progress)).toEqual(whole.steps.slice(2).map((step) => step.progress))
    const apart = rest.steps.map((step, i) =>
      Math.abs((step.loss ?? NaN) - (whole.steps[i + 2]?.loss ?? NaN)),
    )
    expect(Math.max(...apart)).toBeLessThan(packing === 'bestfit-crop' ? 1e-4 : 0.05) // padded rows weigh otherwise
    const text = JSON.stringify(rest.reports)
    expect(text).toContain('with device_batch_size 1 in place of 4')
    expect(text.includes('rows with much padding weigh otherwise')).toBe(packing === 'bestfit-pad')
  },
)

test('a run is given more steps before its learning rates fall: the same bits as with as many from the start', async () => {
  const more = goldenConfig({ num_iterations: 8 })
  const whole = await runJob(goldenTrainJob(temporaryFolder(), more, { stopAfter: 5 }))
  const folder = temporaryFolder()
  await runJob(goldenTrainJob(folder, { ...more, num_iterations: 5 }, { stopAfter: 3 }))
  const rest = await runJob(goldenTrainJob(folder, more, { resume: true, stopAfter: 2 }))
  const told = ({ steps }: typeof rest): unknown[] =>
    steps.slice(-2).map(({ step, loss, lrm, progress }) => ({ step, loss, lrm, progress }))
  expect(told(rest)).toEqual(told(whole))
})

test.each(ENGINES)(
  '%s: six steps, and three, a resume and three give the same bits',
  async (engine) => {
    const config = goldenConfig({ engine, num_iterations: 6, total_batch_size: 2 * 4 * 256, eval_every: 3 })
    const whole = await runJob(goldenTrainJob(temporaryFolder(), config))
    const folder = temporaryFolder()
    const first = await runJob(goldenTrainJob(folder, config, { stopAfter: 3 }))
    const second = await runJob(goldenTrainJob(folder, config, { resume: true }))
    expect(first.last).toEqual({ type: 'stopped' })
    expect(second.last.type).toBe('done')
    const exact = ({
      step,
      loss,
      loss_ema,
      lrm,
      momentum,
      progress,
      epoch,
      first_batch,
      grad_norm,
    }: (typeof whole.steps)[0]) => ({
      ...{ step, loss, loss_ema, lrm, momentum, progress, epoch, first_batch, grad_norm },
    })
    expect([...first.steps, ...second.steps].map(exact)).toEqual(whole.steps.map(exact))
    const figures = (evals: typeof whole.evals) => evals.map(({ step, val_bpb }) => [step, val_bpb])
    expect(figures([...first.evals, ...second.evals])).toEqual(figures(whole.evals))
    expect(figures(whole.evals).map(([step]) => step)).toEqual([0, 3, 6])
  },
  COMPILING_MS,
)

test('a pause saves and holds, and the run goes on as if there had been none', async () => {
  const config = goldenConfig({ num_iterations: 5 })
  const whole = await runJob(goldenTrainJob(temporaryFolder(), config))
  const heldAt: number[] = []
  const paused = await runJob(goldenTrainJob(temporaryFolder(), config), (report, request) => {
    if (report.type === 'step' && report.metric.step === 2) request('pause')
    if (report.type === 'paused') {
      heldAt.push(report.step)
      setTimeout(() => request('resume'), 50)
    }
  })
  expect(heldAt).toHaveLength(1)
  expect(heldAt[0]).toBeLessThan(5)
  expect(paused.steps.map((step) => step.loss)).toEqual(whole.steps.map((step) => step.loss))
  const saved = paused.reports.find((report) => report.type === 'checkpoint')
  expect(saved).toMatchObject({ step: heldAt[0] })
})

test('a disk that takes no checkpoint loses nothing: the run goes on, holds at its end, and saves when it can', async () => {
  const folder = temporaryFolder()
  const config = goldenConfig({
    num_iterations: 4,
    save_every: 2,
    dry_run: false,
    base_dir: join(folder, 'base'),
  })
  cpSync(goldenPath('nanochat_base'), join(folder, 'base'), { recursive: true })
  const [checkpoints, result] = [
    join(folder, 'run', 'checkpoints'),
    join(folder, 'base', 'mid_checkpoints', 'd3'),
  ]
  mkdirSync(dirname(checkpoints))
  mkdirSync(dirname(result))
  for (const place of [checkpoints, result]) writeFileSync(place, 'a file in its place')
  const { reports, steps, last } = await runJob(goldenTrainJob(folder, config), (report, request) => {
    if (report.type !== 'paused') return
    for (const place of [checkpoints, result]) rmSync(place)
    request('resume')
  })
  expect(steps.map((step) => step.step)).toEqual([1, 2, 3, 4])
  const unsaved = reports.flatMap((report) => (report.type === 'unsaved' ? report.failure : []))
  expect(unsaved.map(({ code }) => code)).toEqual(Array(3).fill('checkpoint.write')) // at 2, at 4, and the result
  expect(unsaved[0]?.remedy).toContain('goes on')
  expect(unsaved[2]?.remedy).toContain('held in memory')
  expect(last).toMatchObject({ type: 'done', step: 4 })
  expect(readdirSync(result)).toContain('model_000004.pt')
})

test('a result that cannot be written is said at each save, and written by a resume alone', async () => {
  const folder = temporaryFolder()
  const base = join(folder, 'base')
  cpSync(goldenPath('nanochat_base'), base, { recursive: true })
  const config = goldenConfig({ num_iterations: 4, save_every: 2, dry_run: false, base_dir: base })
  const results = join(base, 'mid_checkpoints')
  writeFileSync(results, 'a file in its place')
  const ofRun = { runId: 'run-7' }
  const { reports, last } = await runJob(goldenTrainJob(folder, config, ofRun), (report, request) => {
    if (report.type === 'paused') request('stop')
  })
  expect(last).toEqual({ type: 'stopped' })
  const unsaved = reports.flatMap((report) => (report.type === 'unsaved' ? report.failure : []))
  expect(unsaved.map(({ code }) => code)).toEqual(Array(3).fill('result.write')) // at 2, at 4, and at the end
  expect(unsaved[0]?.message).toContain(`${results} is a file where a folder belongs`)
  const warnings = reports.flatMap((report) =>
    report.type === 'log' && report.line.level === 'warn' ? report.line.text : [],
  )
  expect(warnings).toHaveLength(2) // what does not change is said once, and then at the end
  expect(readdirSync(join(folder, 'run', 'checkpoints'))).toContain('step_000004')

  rmSync(results)
  const again = goldenTrainJob(folder, config, { ...ofRun, resume: true })
  const resumed = await runJob(again)
  expect(resumed.steps).toEqual([])
  expect(resumed.last).toMatchObject({
    type: 'done',
    step: 4,
    outcome: { checkpointDir: join(results, 'd3') },
  })
  expect(readdirSync(join(results, 'd3')).sort()).toEqual([
    'meta_000004.json',
    'model_000004.pt',
    'optim_000004_rank0.pt',
  ])
  const twice = await runJob(again)
  expect(twice.last).toMatchObject({ type: 'done', outcome: { checkpointDir: join(results, 'd3') } })
  expect(readdirSync(results)).toEqual(['d3'])
})

test('a run whose folder is deleted under it has it whole again at the next save, and says so', async () => {
  const folder = temporaryFolder()
  const config = goldenConfig({ num_iterations: 4, save_every: 2 })
  const files = [
    ['config.json', 'the options'],
    ['run.json', 'the identity'],
  ] as const
  const { reports } = await runJob(goldenTrainJob(folder, config, { files }), (report) => {
    if (report.type === 'checkpoint' && report.step === 2) rmSync(join(folder, 'run'), { recursive: true })
  })
  const warnings = reports.flatMap((report) =>
    report.type === 'log' && report.line.level === 'warn' ? report.line.text : [],
  )
  expect(warnings).toEqual(
    Array(2).fill(`${join(folder, 'run')} held no config.json and no run.json any more: written again.`),
  )
  for (const [name, text] of files) expect(readFileSync(join(folder, 'run', name), 'utf8')).toBe(text)
  expect(existsSync(join(folder, 'run', 'checkpoints', 'step_000004'))).toBe(true)
})

test('a stop that cannot be saved holds, and can be asked for again', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'run'))
  const checkpoints = join(folder, 'run', 'checkpoints')
  writeFileSync(checkpoints, 'a file in its place')
  const { last, steps } = await runJob(
    goldenTrainJob(folder, goldenConfig({ num_iterations: 4 })),
    (report, request) => {
      if (report.type === 'step' && report.metric.step === 2) request('stop')
      if (report.type !== 'paused') return
      rmSync(checkpoints)
      request('stop')
    },
  )
  expect(last).toEqual({ type: 'stopped' })
  expect(readdirSync(checkpoints)).toEqual([`step_${String(steps.length).padStart(6, '0')}`])
})

test('a torn checkpoint is passed over, and told of', async () => {
  const folder = temporaryFolder()
  const config = goldenConfig({ num_iterations: 6, save_every: 2 })
  await runJob(goldenTrainJob(folder, config, { stopAfter: 5 }))
  const checkpoints = join(folder, 'run', 'checkpoints')
  expect(readdirSync(checkpoints)).toEqual(['step_000004', 'step_000005'])
  writeFileSync(join(checkpoints, 'step_000005', 'model_000005.pt'), 'torn')
  const resumed = await runJob(goldenTrainJob(folder, config, { resume: true }))
  const warnings = resumed.reports.flatMap((report) =>
    report.type === 'log' && report.line.level === 'warn' ? report.line.text : [],
  )
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('step_000005 is not whole')
  expect(resumed.steps.map((step) => step.step)).toEqual([5, 6])
})

test('a run leaves nothing behind in TensorFlow', async () => {
  const config = goldenConfig({ num_iterations: 2, eval_every: 1 })
  await runJob(goldenTrainJob(temporaryFolder(), config))
  const before = tf.memory().numTensors
  await runJob(goldenTrainJob(temporaryFolder(), config))
  expect(tf.memory().numTensors).toBe(before)
})

test('what a run leaves at its end', async () => {
  const folder = temporaryFolder()
  cpSync(goldenPath('nanochat_base'), join(folder, 'base'), { recursive: true })
  const config = goldenConfig({ base_dir: join(folder, 'base'), num_iterations: 1, dry_run: false })
  const { last } = await runJob(goldenTrainJob(folder, config))
  expect(last).toMatchObject({ type: 'done', step: 1, outcome: { bestBpb: null } })
  const files = readdirSync(join(folder, 'base', 'mid_checkpoints', 'd3')).sort()
  expect(files).toEqual(['meta_000001.json', 'model_000001.pt', 'optim_000001_rank0.pt'])
  expect(existsSync(join(folder, 'run', 'checkpoints', 'step_000001'))).toBe(true) // what it is made from
})

test('a run that was never saved begins again', async () => {
  const folder = temporaryFolder()
  const config = goldenConfig({ num_iterations: 2 })
  const { reports, steps, last } = await runJob(goldenTrainJob(folder, config, { resume: true }))
  expect(last.type).toBe('done')
  expect(steps.map((step) => step.step)).toEqual([1, 2])
  const warnings = reports.flatMap((report) => (report.type === 'log' ? report.line.text : []))
  expect(warnings).toContainEqual(containing('it begins again'))
})

test('what cannot start says why', async () => {
  const missing = await runJob(goldenTrainJob(temporaryFolder(), goldenConfig({ model_tag: 'd9' })))
  expect(missing.last).toMatchObject({ type: 'failed', failure: { code: 'checkpoint.missing' } })
  const train = [{ task: 'SimpleSpelling' as const, split: 'train' as const, size: 3 }]
  const tooFew = goldenConfig({ mixture: { train, val: [] }, total_batch_size: 2 * 4 * 256 })
  const empty = await runJob(goldenTrainJob(temporaryFolder(), tooFew))
  expect(empty.last).toMatchObject({ type: 'failed', failure: { code: 'run.no-step' } })
})

test('a stop while the data is being opened ends the run at once', async () => {
  let asked = false
  const { last, steps } = await runJob(goldenTrainJob(temporaryFolder(), goldenConfig()), (_, request) => {
    if (!asked) request('stop')
    asked = true
  })
  expect(last).toEqual({ type: 'stopped' })
  expect(steps).toEqual([])
})

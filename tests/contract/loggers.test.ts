/**
 * Loggers as others use them: a run that is killed and goes on, logged to all of them, against the same run logged to
 * none. What was written is read by TensorBoard's, W&B's and trackio's own programs where `python3`, or the Python that
 * MIDBENCH_TEST_PYTHON names, has them; the tests of those that it lacks are skipped.
 */
import { createServer } from 'node:http'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { RunConfigInput } from '../../src-main/config/config.schema'
import { type Finished, runCommandLine, startCommand } from '../support/command-line'
import { eventFiles, readEventFile } from '../support/event-files'
import { goldenConfig } from '../support/golden-run'
import { hasPackage, python, runPython } from '../support/python'
import { keptFolder, temporaryFolder } from '../support/temporary-folder'

const READER = readFileSync(join(import.meta.dirname, '..', 'support', 'read-loggers.py'), 'utf8')
const has = {
  tensorboard: hasPackage('tensorboard'),
  wandb: hasPackage('wandb'),
  trackio: hasPackage('trackio'),
}
const STEPS = [1, 2, 3, 4, 5, 6]
/** What every step's row has, and what an evaluation's has. */
const LOGGED = [
  'train/loss',
  'train/lrm',
  'train/dt',
  'train/tok_per_sec',
  'train/epoch',
  'total_training_flops',
]

const folder = keptFolder()
const runDir = join(folder, 'logged')
const env = { MIDBENCH_PYTHON: python, TRACKIO_DIR: join(folder, 'trackio'), WANDB_API_KEY: '' }

const event = z.looseObject({ event: z.string(), step: z.int().optional() })
const stepEvent = z.looseObject({
  event: z.literal('step'),
  step: z.int(),
  loss_last_micro: z.number(),
  lrm: z.number(),
})
type StepEvent = z.infer<typeof stepEvent>

function stepsOf({ stdout }: Finished): StepEvent[] {
  const events = stdout.map((line) => event.parse(JSON.parse(line)))
  return events.filter((one) => one.event === 'step').map((one) => stepEvent.parse(one))
}

function trainArgs(home: string, name: string, options: Partial<RunConfigInput>): string[] {
  const path = join(home, `${name}.json`)
  const usual = { run: 'tried', num_iterations: 6, eval_every: 3, eval_tokens: 1024, save_every: 2 }
  writeFileSync(path, JSON.stringify(goldenConfig({ ...usual, ...options })))
  return ['train', '--config', path, '--json', '--run-dir', join(home, name)]
}

let plain: Finished
/** Killed after its fifth step, so that this is made twice. */
let killed: Finished
let resumed: Finished

beforeAll(async () => {
  plain = await runCommandLine(folder, trainArgs(folder, 'plain', {}), env)
  const loggers = ['tensorboard', 'wandb', 'trackio'] as const
  const asked = { sample_prompts: ['*Hi*'], sample_every: 3 }
  const args = trainArgs(folder, 'logged', { loggers: [...loggers], ...asked })
  const started = startCommand(folder, args, env)
  await started.line('"event":"step","step":5')
  started.process.kill('SIGKILL')
  killed = await started.finished
  resumed = await runCommandLine(folder, [...args, '--resume'], env)
}, 180_000)

describe('a run that is logged', () => {
  test('has the same bits as one that is not', () => {
    expect([plain.code, killed.signal, resumed.code]).toEqual([0, 'SIGKILL', 0])
    const losses = (steps: StepEvent[]): unknown[] =>
      steps.map(({ step, loss_last_micro: loss }) => [step, loss])
    const begun = stepsOf(killed).filter(({ step }) => step <= 4)
    expect(losses([...begun, ...stepsOf(resumed)])).toEqual(losses(stepsOf(plain)))
    const model = ['checkpoints', 'step_000006', 'model_000006.pt']
    expect(readFileSync(join(runDir, ...model)).equals(readFileSync(join(folder, 'plain', ...model)))).toBe(
      true,
    )
  })

  test('says once what is not installed', () => {
    for (const name of ['wandb', 'trackio'] as const) {
      const said = resumed.stderr.split(`the Python package ${name} is not installed`).length - 1
      expect(said).toBe(has[name] ? 0 : 1)
    }
  })

  test('has a whole file of events a process, the second void from the step that was made again', () => {
    const files = eventFiles(runDir)
    expect(files).toHaveLength(2)
    const [first = [], second = []] = files.map(readEventFile)
    expect(first.filter(({ scalars }) => 'train/loss' in scalars).map(({ step }) => step)).toEqual(
      expect.arrayContaining([1, 2, 3, 4]),
    )
    expect(second[1]).toMatchObject({ isStart: true, step: 5 })
    const made = second.filter(({ scalars }) => 'train/loss' in scalars)
    expect(made.map(({ step }) => step)).toEqual([5, 6])
    expect(made.map(({ scalars }) => scalars['train/lrm'])).toEqual(
      stepsOf(resumed).map(({ lrm }) => Math.fround(lrm)),
    )
  })
})

/** What a reader printed. */
function read<T>(schema: z.ZodType<T>, reader: keyof typeof has, where: string): T {
  process.env['TRACKIO_DIR'] = env.TRACKIO_DIR
  const { status, output } = runPython(READER, reader, where)
  if (status !== 0) throw new Error(output)
  return schema.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''))
}

test.skipIf(!has.tensorboard)(
  'TensorBoard reads every step once, with its values',
  () => {
    const points = z.record(z.string(), z.array(z.tuple([z.int(), z.union([z.number(), z.string()])])))
    const { scalars, texts } = read(z.object({ scalars: points, texts: points }), 'tensorboard', runDir)
    for (const name of LOGGED)
      expect(scalars[name]?.map(([step]) => step).filter((step) => step > 0)).toEqual(STEPS)
    expect(scalars['val/bpb']?.map(([step]) => step)).toEqual([0, 3, 6])
    const steps = stepsOf(plain)
    expect(scalars['train/lrm']?.map(([, value]) => value)).toEqual(steps.map(({ lrm }) => Math.fround(lrm)))
    expect(texts['samples']?.map(([step]) => step)).toEqual([0, 3, 6])
    expect(texts['samples']?.[0]?.[1]).toContain('    *Hi*')
    expect(texts['options']?.[0]?.[1]).toContain('"num_iterations": 6')
  },
  60_000,
)

test.skipIf(!has.wandb)(
  'W&B reads one run of two processes, with the reference’s names',
  () => {
    const record = z.looseObject({
      type: z.string(),
      run: z.looseObject({ run_id: z.string(), project: z.string(), display_name: z.string() }).optional(),
      history: z.looseObject({ item: z.record(z.string(), z.unknown()) }).optional(),
    })
    const files = read(z.array(z.array(record)), 'wandb', runDir)
    expect(files).toHaveLength(2)
    const runs = files.flatMap((records) => records.flatMap(({ run }) => run ?? []))
    expect(new Set(runs.map(({ run_id: id }) => id)).size).toBe(1)
    expect(runs[0]).toMatchObject({ project: 'nanochat-mid', display_name: 'tried' })
    const rows = files.flat().flatMap(({ history }) => (history === undefined ? [] : [history.item]))
    const trained = rows.filter((row) => 'train/loss' in row)
    expect(trained.map(({ step }) => step)).toEqual(STEPS)
    for (const name of LOGGED) expect(trained.every((row) => name in row)).toBe(true)
    const steps = stepsOf(plain)
    expect(trained.map((row) => row['train/lrm'])).toEqual(steps.map(({ lrm }) => lrm))
    expect(rows.filter((row) => 'val/bpb' in row).map(({ step }) => step)).toEqual([0, 3, 6])
    expect(rows.filter((row) => row['samples._type'] === 'table-file')).toHaveLength(3)
  },
  60_000,
)

test.skipIf(!has.trackio)(
  'trackio reads one run of two processes',
  () => {
    const row = z.looseObject({ step: z.int() })
    const runs = read(z.array(z.object({ name: z.string(), rows: z.array(row) })), 'trackio', 'nanochat-mid')
    expect(runs).toHaveLength(1)
    expect(runs[0]?.name).toMatch(/^tried /)
    const rows = runs[0]?.rows ?? []
    const trained = rows.filter((one) => 'train/loss' in one)
    expect(trained.map(({ step }) => step)).toEqual(STEPS)
    expect(trained.map((one) => one['train/lrm'])).toEqual(stepsOf(plain).map(({ lrm }) => lrm))
    expect(rows.filter((one) => 'val/bpb' in one).map(({ step }) => step)).toEqual([0, 3, 6])
  },
  60_000,
)

test.skipIf(!has.wandb)(
  'a key that W&B refuses is said once, and the run is logged offline',
  async () => {
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end('{"errors":[{"message":"unauthorized"}]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const home = temporaryFolder()
    const refused = {
      WANDB_BASE_URL: `http://127.0.0.1:${String(port)}`,
      WANDB_API_KEY: '0123456789'.repeat(4),
    }
    const args = trainArgs(home, 'refused', { loggers: ['wandb'], num_iterations: 2, eval_every: -1 })
    const { code, stderr } = await runCommandLine(home, args, { ...env, ...refused })
    server.close()
    server.closeAllConnections()
    expect(code).toBe(0)
    expect(stderr.split('\n').filter((line) => line.includes('W&B'))).toEqual([
      expect.stringMatching(/W&B is offline: it refuses this machine’s key, .* To upload it later/),
    ])
    const files = read(z.array(z.array(z.looseObject({ type: z.string() }))), 'wandb', join(home, 'refused'))
    expect(files.some((records) => records.filter(({ type }) => type === 'history').length === 2)).toBe(true)
  },
  120_000,
)

/** The command line as others use it: names, flags, exit codes, what is printed where. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { RunConfigInput } from '../../src-main/config/config.schema'
import { taskBpb } from '../../src-main/config/run.schema'
import { type Finished, runCommandLine, startCommand } from '../support/command-line'
import { containing } from '../support/containing'
import { readCsv } from '../support/csv'
import { goldenPath, readGolden } from '../support/golden'
import { goldenConfig } from '../support/golden-run'
import { temporaryFolder } from '../support/temporary-folder'

function configFile(folder: string, options: Partial<RunConfigInput> = {}): string {
  const path = join(folder, 'config.json')
  writeFileSync(path, JSON.stringify(goldenConfig(options)))
  return path
}

const event = z.discriminatedUnion('event', [
  // An interface: these keys stay, and further figures may come (config/step-figures.schema.ts).
  z.looseObject({
    event: z.literal('step'),
    step: z.int(),
    loss: z.number(),
    loss_last_micro: z.number(),
    lrm: z.number(),
    dt_ms: z.number(),
    tok_per_sec: z.number(),
    mfu: z.number().nullable(),
    epoch: z.int(),
    progress: z.number(),
    grad_norm: z.number().positive(),
  }),
  z.strictObject({ event: z.literal('eval'), step: z.int(), val_bpb: z.number() }),
  z.strictObject({ event: z.literal('checkpoint'), step: z.int(), dir: z.string() }),
  z.strictObject({
    event: z.literal('done'),
    steps: z.int(),
    run_dir: z.string(),
    checkpoint_dir: z.string().nullable(),
  }),
])

function eventsOf({ stdout }: Finished): z.infer<typeof event>[] {
  return stdout.map((line) => event.parse(JSON.parse(line)))
}

/** `step 3`, `eval 3`, … in the order printed. */
function order(finished: Finished): string[] {
  return eventsOf(finished).map(
    (each) => `${each.event} ${String(each.event === 'done' ? each.steps : each.step)}`,
  )
}

function losses(finished: Finished): [number, number][] {
  return eventsOf(finished).flatMap((each): [number, number][] =>
    each.event === 'step' ? [[each.step, each.loss_last_micro]] : [],
  )
}

describe('usage', () => {
  test.each([
    [[], 'No command given'],
    [['trian'], 'There is no command trian'],
    [['bench', 'sleep'], 'There is no command bench'],
    [['train'], '--config is missing'],
    [['train', '--config', 'x.json', '--dtype', 'float8'], 'float32 or bfloat16'],
    [['train', '--config', 'x.json', '--stop-after', 'soon'], '--stop-after is soon'],
    [['doctor', '--loud'], '--loud'],
    [['doctor', 'now'], 'now'],
  ])('%j is bad usage', async (args, message) => {
    const { code, stdout, stderr } = await runCommandLine(temporaryFolder(), args)
    expect(code).toBe(2)
    expect(stdout).toEqual([])
    expect(stderr).toContain(message)
  })

  test('help is a result', async () => {
    const { code, stdout, stderr } = await runCommandLine(temporaryFolder(), ['--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const name of ['doctor', 'encode', 'mixture', 'render', 'pack', 'plan', 'train', 'eval', 'logits']) {
      expect(stdout.join('\n')).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
    const train = await runCommandLine(temporaryFolder(), ['train', '--help'])
    expect(train).toMatchObject({ code: 0, stderr: '' })
    expect(train.stdout.join('\n')).toContain('--stop-after')
  })
})

describe('a config that is wrong', () => {
  test('names the field and what would be right', async () => {
    const folder = temporaryFolder()
    const path = configFile(folder)
    writeFileSync(path, JSON.stringify({ ...goldenConfig(), max_seqlen: 5 }))
    const unknown = await runCommandLine(folder, ['train', '--config', path])
    expect(unknown).toMatchObject({ code: 1, stdout: [] })
    expect(unknown.stderr).toContain('max_seqlen is not a known option; did you mean max_seq_len?')
    configFile(folder, { total_batch_size: 5000 })
    const indivisible = await runCommandLine(folder, ['train', '--config', path])
    expect(indivisible).toMatchObject({ code: 1, stdout: [] })
    expect(indivisible.stderr).toContain('the nearest that would do: 4096 or 5120')
  })

  test('a base checkpoint that is not there is said before the run', async () => {
    const folder = temporaryFolder()
    const config = configFile(folder, { model_tag: 'd77' })
    const { code, stderr } = await runCommandLine(folder, ['train', '--config', config, '--json'])
    expect(code).toBe(1)
    expect(stderr).toContain('model_tag: No checkpoint "d77"')
    expect(readdirSync(folder)).not.toContain('runs')
  })
})

describe('a place that is not fit for a run', () => {
  function baseFolder(folder: string): string {
    const base = join(folder, 'base')
    cpSync(goldenPath('nanochat_base'), base, { recursive: true })
    return base
  }

  test('a result that could not be written, or whose name is taken, is said before step 1', async () => {
    const folder = temporaryFolder()
    const base_dir = baseFolder(folder)
    const options = { base_dir, dry_run: false, num_iterations: 1 }
    const train = (): Promise<Finished> =>
      runCommandLine(folder, ['train', '--config', join(folder, 'config.json'), '--json'])
    configFile(folder, options)
    writeFileSync(join(base_dir, 'mid_checkpoints'), 'a file')
    const inTheWay = await train()
    expect(inTheWay).toMatchObject({ code: 1, stdout: [] })
    expect(inTheWay.stderr).toContain('mid_checkpoints is a file where a folder belongs')
    rmSync(join(base_dir, 'mid_checkpoints'))
    mkdirSync(join(base_dir, 'mid_checkpoints', 'mine'), { recursive: true })
    writeFileSync(join(base_dir, 'mid_checkpoints', 'mine', 'model_000900.pt'), 'another’s')
    configFile(folder, { ...options, output_tag: 'mine' })
    const taken = await train()
    expect(taken).toMatchObject({ code: 1, stdout: [] })
    expect(taken.stderr).toContain('such as "mine-2"')
    expect(readdirSync(folder)).not.toContain('runs')
  }, 120_000)

  test('of two that begin in one folder at once, one trains', async () => {
    const folder = temporaryFolder()
    const runDir = join(folder, 'run')
    configFile(folder, { num_iterations: 3 })
    const args = ['train', '--config', join(folder, 'config.json'), '--json', '--run-dir', runDir]
    // Each has a store of its own: only the folder tells them of each other.
    const ends = await Promise.all(['a', 'b'].map((home) => runCommandLine(join(folder, home), args)))
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 1])
    expect(ends.find(({ code }) => code === 1)).toMatchObject({ stdout: [] })
    expect(ends.find(({ code }) => code === 1)?.stderr).toContain(runDir)
    const trained = ends.flatMap((end) => (end.code === 0 ? losses(end).map(([step]) => step) : []))
    expect(trained).toEqual([1, 2, 3])
  }, 120_000)
})

describe('data that cannot be read', () => {
  test('stops a run before it is one, each fault at its entry', async () => {
    const folder = temporaryFolder()
    const bee = { task: 'SpellingBee' as const, split: 'train' as const, size: 5 }
    const train = [
      { ...bee, stop: 9 },
      { task: 'CustomJSON' as const, filepath: 'none.jsonl' },
    ]
    const config = configFile(folder, { mixture: { train, val: [] } })
    const { code, stdout, stderr } = await runCommandLine(folder, ['train', '--config', config, '--json'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: [] })
    expect(stderr).toContain('mixture.train.0.stop')
    expect(stderr).toContain('mixture.train.1.filepath')
    expect(readdirSync(folder)).not.toContain('runs')
  }, 60_000)

  test('nor does a mixture that fills no step leave anything behind', async () => {
    const folder = temporaryFolder()
    const train = [{ task: 'SpellingBee' as const, split: 'train' as const, size: 2 }]
    const config = configFile(folder, {
      num_iterations: -1,
      total_batch_size: 8192,
      mixture: { train, val: [] },
    })
    const { code, stderr } = await runCommandLine(folder, ['train', '--config', config])
    expect(code).toBe(1)
    expect(stderr).toContain('The mixture does not fill one step')
    expect(readdirSync(join(folder, 'runs'))).toEqual([])
  }, 60_000)
})

describe('numbers without bounds', () => {
  const bee = { task: 'SpellingBee', split: 'train' }
  test.each([
    [
      'plan',
      { buffer_size: 1e12 },
      'buffer_size is 1000000000000; it must be a whole number from 1 to 131072',
    ],
    ['train', { device_batch_size: 1e6 }, 'device_batch_size is 1000000'],
    ['mixture', { mixture: { train: [{ ...bee, repeat: 1e9 }], val: [] } }, 'from 1 to 1000 '],
    ['mixture', { mixture: { train: [{ ...bee, size: 2 ** 53 - 1 }], val: [] } }, 'from 1 to 10000000'],
    ['pack', { max_seq_len: 2 ** 20, device_batch_size: 65_536 }, 'it must be at most 16'],
  ])('%s %j', async (name, options, message) => {
    const folder = temporaryFolder()
    const path = join(folder, 'config.json')
    writeFileSync(path, JSON.stringify({ ...goldenConfig(), ...options }))
    const split = name === 'pack' ? ['--split', 'train'] : []
    const { code, stdout, stderr } = await runCommandLine(folder, [name, '--config', path, ...split])
    expect({ code, stdout }).toEqual({ code: 1, stdout: [] })
    expect(stderr).toContain(message)
  })
})

describe('train', () => {
  const options = { num_iterations: 8, eval_every: 4, save_every: 2 }

  test('prints its events, stops, and resumes with the same bits', async () => {
    const folder = temporaryFolder()
    const config = configFile(folder, options)
    const whole = await runCommandLine(folder, [
      'train',
      '--config',
      config,
      '--json',
      '--run-dir',
      join(folder, 'a'),
    ])
    expect(whole.code).toBe(0)
    expect(order(whole)).toEqual([
      ...[
        'eval 0',
        'step 1',
        'step 2',
        'checkpoint 2',
        'step 3',
        'step 4',
        'eval 4',
        'checkpoint 4',
        'step 5',
      ],
      ...['step 6', 'checkpoint 6', 'step 7', 'step 8', 'eval 8', 'checkpoint 8', 'done 8'],
    ])
    const args = ['train', '--config', config, '--json', '--run-dir', join(folder, 'b')]
    const first = await runCommandLine(folder, [...args, '--stop-after', '3'])
    expect(order(first).slice(-3)).toEqual(['step 3', 'checkpoint 3', 'done 3'])
    const taken = await runCommandLine(folder, args)
    expect(taken).toMatchObject({ code: 1 })
    expect(taken.stderr).toContain('--resume')
    const second = await runCommandLine(folder, ['train', '--config', config, '--json', '--resume'])
    expect(second.code).toBe(0)
    expect([...losses(first), ...losses(second)]).toEqual(losses(whole))
    const done = { event: 'done', steps: 8, run_dir: join(folder, 'b'), checkpoint_dir: null }
    expect(eventsOf(second).at(-1)).toEqual(done)

    // a branch of the first run: the same bits where nothing is changed, and what it was made of
    const { id } = z
      .object({ id: z.string() })
      .parse(JSON.parse(readFileSync(join(folder, 'a', 'run.json'), 'utf8')))
    const branch = ['runs', 'branch', id, '--step', '6', '--json']
    const branched = await runCommandLine(folder, [...branch, '--set', 'save_every=-1', '--stop-after', '2'])
    expect(branched.code).toBe(0)
    const [made = '', ...events] = branched.stdout
    expect(JSON.parse(made)).toMatchObject({
      ...{ event: 'branch', name: 'config from step 6' },
      parent: { id, name: 'config', step: 6, changes: ['save_every -1 in place of 2'] },
    })
    expect(losses({ ...branched, stdout: events })).toEqual(losses(whole).slice(6))
  }, 240_000)

  test('--resume refuses options that make another run, and says that it keeps those that do not', async () => {
    const folder = temporaryFolder()
    const args = ['train', '--config', configFile(folder, options), '--json']
    await runCommandLine(folder, [...args, '--stop-after', '1'])
    configFile(folder, {
      ...options,
      buffer_size: 50,
      embedding_lr: 0.3,
      device_batch_size: 3,
      total_batch_size: 3 * 256,
    })
    const refused = await runCommandLine(folder, [...args, '--resume'])
    expect(refused).toMatchObject({ code: 1, stdout: [] })
    for (const line of [
      'device_batch_size is 3; the run goes on with 4, or with fewer rows that divide it',
      'buffer_size is 50; the run began with 100',
      'embedding_lr is 0.3; the run began with 0.2',
      'branch off the run',
    ]) {
      expect(refused.stderr).toContain(line)
    }
    configFile(folder, { ...options, save_every: 3, device_batch_size: 2, dtype: 'bfloat16' })
    const kept = await runCommandLine(folder, [...args, '--resume', '--stop-after', '2'])
    expect(kept.stderr).toContain(
      'The run goes on with device_batch_size 2 in place of 4, save_every 3 in place of 2.',
    )
    expect(kept.stderr).toContain('The run goes on with dtype float32, as it began; the config has bfloat16.')
    expect(order(kept)).toEqual(expect.arrayContaining(['step 2', 'step 3', 'checkpoint 3']))
    const again = await runCommandLine(folder, [...args, '--resume', '--stop-after', '1'])
    expect(again.stderr).not.toContain('in place of')
    expect(order(again)).toContain('step 4')
  }, 120_000)

  test('a killed run goes on from its last checkpoint', async () => {
    const folder = temporaryFolder()
    const config = configFile(folder, { ...options, num_iterations: 40, eval_every: -1 })
    const args = ['train', '--config', config, '--json']
    const killed = startCommand(folder, args)
    await killed.line('"checkpoint","step":4')
    killed.process.kill('SIGKILL')
    const before = await killed.finished
    expect(before.signal).toBe('SIGKILL')
    const resumed = await runCommandLine(folder, [...args, '--resume', '--stop-after', '4'])
    expect(resumed.code).toBe(0)
    const again = losses(resumed)
    const from = again[0]?.[0] ?? 0
    expect(from % 2).toBe(1) // the step after a checkpoint
    expect(from).toBeGreaterThan(4)
    const whole = await runCommandLine(folder, [...args, '--stop-after', String(from + 3)])
    expect(losses(whole).slice(-4)).toEqual(again)
  }, 120_000)

  test('Ctrl-C finishes the step, saves, and ends with 130', async () => {
    const folder = temporaryFolder()
    const config = configFile(folder, { num_iterations: 200 })
    const running = startCommand(folder, ['train', '--config', config, '--json'])
    await running.line('"step","step":2')
    running.process.kill('SIGINT')
    const { code, stderr, ...rest } = await running.finished
    expect(code).toBe(130)
    expect(stderr).toContain('a second Ctrl-C ends at once')
    const printed = order({ code, stderr, ...rest })
    const last = Number(printed.at(-1)?.split(' ')[1])
    expect(printed.slice(-3)).toEqual([
      `step ${String(last)}`,
      `checkpoint ${String(last)}`,
      `done ${String(last)}`,
    ])
  }, 120_000)

  test('without --json the log is the seed’s, and stdout says where the run lies', async () => {
    const folder = temporaryFolder()
    const config = configFile(folder, { num_iterations: 2, eval_every: 2, dtype: 'bfloat16' })
    const { code, stdout, stderr } = await runCommandLine(folder, ['train', '--config', config])
    expect(code).toBe(0)
    expect(stdout[0]).toMatch(/^Run: .*\/runs\/20/)
    expect(stderr).toMatch(
      /^step 00001 \(50\.00%\) \| loss: \d\.\d{6} \| lrm: 1\.00 \| dt: \d+\.\d\dms \| tok\/sec: [\d,]+ \| /m,
    )
    expect(stderr).toMatch(/^Step 00002 \| Validation bpb: \d\.\d{4}$/m)
    expect(stderr).toContain('Tokens / micro-batch / rank: 4 x 256 = 1,024')
    expect(stderr).toContain('warn: dtype: dtype is bfloat16, and the eager engine computes in float32')
  }, 120_000)

  test('--dtype stands before the config’s, for processors of different kinds', async () => {
    const folder = temporaryFolder()
    const config = configFile(folder, { dtype: 'bfloat16' })
    const { code, stderr } = await runCommandLine(folder, [
      ...['train', '--config', config, '--dtype', 'float32', '--stop-after', '1'],
    ])
    expect(code).toBe(0)
    expect(stderr).not.toContain('warn: dtype')
  }, 120_000)
})

describe('doctor', () => {
  const node = z.looseObject({ id: z.literal('node'), status: z.string(), detail: z.string() })
  const report = z.looseObject({ checks: z.array(z.union([node, z.looseObject({})])) })

  /** The line about Node, with a script run before anything else. */
  async function nodeCheck(before: string): Promise<unknown> {
    const env = { NODE_OPTIONS: `--import ${JSON.stringify(`data:text/javascript,${before}`)}` }
    const { stdout } = await runCommandLine(temporaryFolder(), ['doctor', '--json'], env)
    return report.parse(JSON.parse(stdout.join(''))).checks.find((check) => node.safeParse(check).success)
  }

  test('says how the nanochat folder in use counts bytes of tokens', async () => {
    const env = { NANOCHAT_BASE_DIR: goldenPath('nanochat_base') }
    const { stdout } = await runCommandLine(temporaryFolder(), ['doctor', '--json'], env)
    const { tokenizer } = z.looseObject({ tokenizer: z.unknown() }).parse(JSON.parse(stdout.join('')))
    expect(tokenizer).toMatchObject({ token_bytes: { by: 'text', vocabSize: 723 }, error: null })
  })

  test('has tried that this Node can train', async () => {
    expect(await nodeCheck('')).toMatchObject({
      status: 'ok',
      detail: containing(process.versions.node),
    })
  })

  test('calls a Node that cannot train by its name, and says what to install', async () => {
    // As a later Node might be: what tfjs-node needs of it cannot be put back.
    const before = `import%20util%20from'node:util';Object.defineProperty(util,'isArray',{value:0,configurable:false,writable:false})`
    expect(await nodeCheck(before)).toMatchObject({
      status: 'fail',
      detail: containing(`${process.versions.node}, ${process.platform}`),
      remedy: 'Midbench is tested on Node 20, 22, 24: install one of these.',
    })
  })

  test('says of a Node that is not tested that it is not', async () => {
    const version = { ...process.versions, node: '99.0.0' }
    const before = `Object.defineProperty(process,'versions',{value:${JSON.stringify(version).replaceAll(' ', '%20')}})`
    expect(await nodeCheck(before)).toMatchObject({
      status: 'warn',
      detail: containing('99.0.0'),
      remedy: containing('20, 22, 24'),
    })
  })
})

describe('threads', () => {
  test.each([
    ['TF_NUM_INTRAOP_THREADS', '1000000000'],
    ['TF_NUM_INTRAOP_THREADS', '-1'],
    ['TF_NUM_INTRAOP_THREADS', 'abc'],
    ['TF_NUM_INTEROP_THREADS', '1000000000'],
  ])('%s=%s ends with an error that names it, not with a signal', async (variable, value) => {
    const folder = temporaryFolder()
    const args = ['train', '--config', configFile(folder), '--json']
    const { code, signal, stderr } = await runCommandLine(folder, args, { [variable]: value })
    expect({ code, signal }).toEqual({ code: 1, signal: null })
    expect(stderr).toContain(`${variable} is ${value}; it must be a whole number from 1 to `)
  })

  test('bench step refuses more than there are processors', async () => {
    const args = ['bench', 'step', '--threads', '1000000000']
    const { code, stderr } = await runCommandLine(temporaryFolder(), args)
    expect(code).toBe(2)
    expect(stderr).toContain('--threads is 1000000000; it must be a whole number from 1 to ')
  })
})

describe('runs', () => {
  test('are listed, shown, removed, brought back, and gone when the trash is emptied', async () => {
    const folder = temporaryFolder()
    const runDir = join(folder, 'mine')
    configFile(folder, { num_iterations: 1, run: 'first' })
    await runCommandLine(folder, ['train', '--config', join(folder, 'config.json'), '--run-dir', runDir])
    writeFileSync(join(runDir, 'notes.txt'), 'mine')
    const json = async (...args: string[]): Promise<unknown> => {
      const { code, stdout } = await runCommandLine(folder, ['runs', ...args, '--json'])
      expect(code).toBe(0)
      return JSON.parse(stdout.join(''))
    }
    const listed = z.array(z.object({ id: z.string(), name: z.string(), dir: z.string() }))
    const [run] = listed.parse(await json('list'))
    expect(run).toMatchObject({ name: 'first', dir: runDir })
    const id = run?.id ?? ''
    expect(await json('show', id)).toMatchObject({ id, step: 1, config: { run: 'first' } })
    const table = join(folder, 'first.csv')
    expect(await json('export', id, '--format', 'csv', '--out', table)).toEqual({ path: table })
    expect(readCsv(readFileSync(table, 'utf8')).map((row) => row.slice(0, 3))).toEqual([
      ['run_id', 'run', 'step'],
      [id, 'first', '1'],
    ])
    expect(await json('export', id, '--format', 'json')).toMatchObject({ run: { id }, steps: [{ step: 1 }] })
    expect(await json('rename', id, ' second ')).toMatchObject({ id, name: 'second' })
    expect(JSON.parse(readFileSync(join(runDir, 'run.json'), 'utf8'))).toMatchObject({ id, name: 'second' })
    expect(await json('remove', id)).toMatchObject({ id, dir: runDir, kept: ['notes.txt'] })
    expect(readdirSync(runDir)).toEqual(['notes.txt'])
    expect(await json()).toEqual([])
    expect(await json('trash')).toMatchObject({ emptied: false, runs: [{ id, name: 'second' }] })
    expect(await json('restore', id)).toMatchObject({ id, dir: runDir, step: 1 })
    expect(readdirSync(runDir)).toContain('config.json')
    const removed = await runCommandLine(folder, ['runs', 'remove', id])
    expect(removed.stdout).toEqual([
      `second is in the trash; midbench runs restore ${id} brings it back.`,
      `In ${runDir} stays what the run did not write: notes.txt`,
    ])
    await json('trash', '--empty')
    const gone = await runCommandLine(folder, ['runs', 'restore', id])
    expect(gone).toMatchObject({ code: 1, stdout: [] })
    expect(readdirSync(runDir)).toEqual(['notes.txt'])
  }, 120_000)

  test('get no name that cannot be seen', async () => {
    const { code, stderr } = await runCommandLine(temporaryFolder(), ['runs', 'rename', 'a', ' '])
    expect(code).toBe(1)
    expect(stderr).toContain('between 1 and 200 characters')
  })

  test.each([
    [['runs', 'rename', 'a'], 'NAME is missing'],
    [['runs', 'show'], 'ID is missing'],
    [['runs', 'branch', 'a'], '--step is missing'],
    [['runs', 'branch', 'a', '--step', '1', '--set', 'seed'], 'no KEY=VALUE'],
    [['runs', 'export', 'a'], '--format is missing'],
    [['runs', 'export', 'a', '--format', 'xlsx'], 'csv or json'],
    [['runs', 'show', 'a', 'b'], 'b'],
    [['runs', 'list', 'a'], 'a'],
  ])('%j is bad usage', async (args, message) => {
    const { code, stderr } = await runCommandLine(temporaryFolder(), args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('figures of a checkpoint', () => {
  const golden = readGolden(
    'model.json',
    z.object({
      loss_mean: z.number(),
      loss_per_token_head: z.array(z.number()),
      logits_row0_pos5_head: z.array(z.number()),
      logits_row0_last_head: z.array(z.number()),
      grad_norms: z.record(z.string(), z.number()),
      val_bpb_5_batches: z.number(),
    }),
  )
  const checkpoint = goldenPath('nanochat_base/base_checkpoints/d3')

  test('logits are the reference’s', async () => {
    const folder = temporaryFolder()
    const args = ['logits', '--config', configFile(folder), '--checkpoint', checkpoint]
    const { code, stdout } = await runCommandLine(folder, args)
    expect(code).toBe(0)
    const found = z
      .strictObject({
        loss_mean: z.number(),
        loss_per_token_head: z.array(z.number()).length(32),
        logits_row0_pos5_head: z.array(z.number()).length(16),
        logits_row0_last_head: z.array(z.number()).length(16),
        grad_norms: z.record(z.string(), z.number()),
      })
      .parse(JSON.parse(stdout.join('')))
    expect(found.loss_mean).toBeCloseTo(golden.loss_mean, 4)
    for (const name of ['loss_per_token_head', 'logits_row0_pos5_head', 'logits_row0_last_head'] as const) {
      found[name].forEach((value, i) => {
        expect(Math.abs(value - (golden[name][i] ?? NaN))).toBeLessThan(1e-4)
      })
    }
    expect(Object.keys(found.grad_norms).sort()).toEqual(Object.keys(golden.grad_norms).sort())
    for (const [name, norm] of Object.entries(golden.grad_norms)) {
      expect(Math.abs((found.grad_norms[name] ?? NaN) / norm - 1)).toBeLessThan(1e-3)
    }
  }, 60_000)

  test('so is its evaluation', async () => {
    const folder = temporaryFolder()
    const args = ['eval', '--config', configFile(folder), '--checkpoint', checkpoint, '--batches', '5']
    const { code, stdout, stderr } = await runCommandLine(folder, args)
    expect(code).toBe(0)
    expect(stderr).toContain('token_bytes.pt counts the text of each token')
    const { val_bpb, loss, per_task } = z
      .strictObject({ val_bpb: z.number(), loss: z.number(), per_task: z.array(taskBpb) })
      .parse(JSON.parse(stdout.join('')))
    expect(val_bpb).toBeCloseTo(golden.val_bpb_5_batches, 4)
    expect(loss).toBeGreaterThan(0)
    expect(per_task.map(({ task }) => task)).toEqual(['SmolTalk', 'MMLU', 'GSM8K'])
    const sum = (of: (task: (typeof per_task)[0]) => number) =>
      per_task.reduce((all, task) => all + of(task), 0)
    const bytes = sum((task) => task.bytes)
    expect(sum((task) => (task.val_bpb ?? 0) * task.bytes) / bytes).toBeCloseTo(val_bpb, 6)
    expect(sum((task) => task.targets)).toBe(5 * 4 * 256)
  }, 60_000)

  test('a folder without a checkpoint is said to be one', async () => {
    const folder = temporaryFolder()
    const args = ['eval', '--config', configFile(folder), '--checkpoint', folder]
    const { code, stdout, stderr } = await runCommandLine(folder, args)
    expect(code).toBe(1)
    expect(stdout).toEqual([])
    expect(stderr).toContain(`${folder} holds no model_*.pt`)
  }, 60_000)
})

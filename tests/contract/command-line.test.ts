/**
 * The command line as others use it: names, flags, exit codes, what is printed where. This file is run on every Node: what
 * depends on it are processes, their streams and signals, and worker threads (see the other command-line-*.test.ts).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { runCommandLine, startCommand } from '../support/command-line'
import { containing } from '../support/containing'
import { goldenPath } from '../support/golden'
import { temporaryFolder } from '../support/temporary-folder'
import { configFile, eventsOf, losses, order } from '../support/train-command'

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

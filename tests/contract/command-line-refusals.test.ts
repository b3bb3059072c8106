/** What the command line refuses before a run is one, and what it says then. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { type Finished, runCommandLine } from '../support/command-line'
import { goldenPath } from '../support/golden'
import { goldenConfig } from '../support/golden-run'
import { temporaryFolder } from '../support/temporary-folder'
import { configFile, losses, order } from '../support/train-command'

describe('a config that is wrong', () => {
  test('names the field and what would be right', async () => {
    const folder = temporaryFolder()
    const path = configFile(folder)
    writeFileSync(path, JSON.stringify({ ...goldenConfig(), max_seqlen: 5 }))
    const unknown = await runCommandLine(folder, ['train', '--config', path])
    expect(unknown).toMatchObject({ code: 1, stdout: [] })
    expect(unknown.stderr).toContain('max_seqlen is not a known option; did you mean max_seq_len?')
    const set = await runCommandLine(folder, [
      'train',
      '--config',
      configFile(folder),
      '--set',
      'max_seqlen=5',
    ])
    expect(set).toMatchObject({ code: 1, stdout: [] })
    expect(set.stderr).toContain('max_seqlen is not a known option; did you mean max_seq_len?')
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

test('--resume refuses options that make another run, and says that it keeps those that do not', async () => {
  const options = { num_iterations: 8, eval_every: 4, save_every: 2 }
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

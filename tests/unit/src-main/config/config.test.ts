import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'

import type { Issue } from '../../../../src-main/errors'
import {
  baseDirOf,
  crossFieldIssues,
  loadConfig,
  parseConfig,
  requireRules,
  withAbsolutePaths,
} from '../../../../src-main/config/config'
import { failureOf } from '../../../support/failure'
import { sampleConfig } from '../../../support/run-samples'
import { temporaryFolder } from '../../../support/temporary-folder'

afterEach(() => {
  vi.unstubAllEnvs()
})

const MIXTURE = { train: [{ task: 'SmolTalk', split: 'train' }], val: [] }

async function issuesOf(config: unknown): Promise<Issue[]> {
  const failure = await failureOf(() => parseConfig(config, 'here.json'))
  expect(failure).toMatchObject({ code: 'config.invalid' })
  expect(failure.message).toContain('here.json')
  return failure.issues ?? []
}

test('the defaults are the reference’s', () => {
  const config = parseConfig({ mixture: MIXTURE }, 'here.json')
  expect(config).toMatchObject({
    run: 'dummy',
    dtype: 'bfloat16',
    num_iterations: -1,
    max_seq_len: 2048,
    device_batch_size: 32,
    total_batch_size: 524288,
    embedding_lr: 0.2,
    unembedding_lr: 0.004,
    matrix_lr: 0.02,
    weight_decay: 0,
    init_lr_frac: 1,
    eval_every: 150,
    eval_tokens: 10485760,
    dry_run: false,
  })
})

describe('exclude', () => {
  test('is empty where it is not given, and takes pairs of an entry and a row', () => {
    expect(parseConfig({ mixture: MIXTURE }, 'here').exclude).toEqual([])
    expect(parseConfig({ mixture: MIXTURE, exclude: [[0, 5], [0, 0]] }, 'here').exclude).toEqual([[0, 5], [0, 0]]) // prettier-ignore
  })

  test.each([
    [[[1, 0]], 'exclude.0', 'names entry 1, and mixture.train has one entry, counted from 0', '[entry, row]'],
    [
      [
        [0, 1],
        [0, -1],
      ],
      'exclude.1.1',
      'is -1',
      'a whole number of at least 0',
    ],
    [[[0]], 'exclude.0', 'is [0]', 'a pair [entry, row]'],
    [[[0, 1, 2]], 'exclude.0', 'is [0,1,2]', 'a pair [entry, row]'],
    [[[0, 1.5]], 'exclude.0.1', 'is 1.5', 'a whole number'],
    [{ 0: 1 }, 'exclude', 'is {"0":1}', 'a list of at most 262,144 pairs'],
    [
      Array.from({ length: 2 ** 18 + 1 }, () => [0, 0]),
      'exclude',
      'is [[0,0],[0,0]',
      'at most 262,144 pairs',
    ],
  ])('%#: names the pair at fault', async (exclude, path, message, hint) => {
    const [issue] = await issuesOf({ mixture: MIXTURE, exclude })
    expect(issue?.path).toBe(path)
    expect(issue?.message).toContain(message)
    expect(issue?.hint).toContain(hint)
  })
})

describe('what is wrong is named, with what would be right', () => {
  test.each(['../mine', 'a/b', '', '.', '..', '.hidden', '-x', 'a\0b', 'x'.repeat(201)])(
    'an output_tag %j that is no folder’s name',
    async (output_tag) => {
      const [issue] = await issuesOf({ output_tag, mixture: MIXTURE })
      expect(issue).toMatchObject({ path: 'output_tag' })
      expect(issue?.hint).toContain('a folder name of letters, digits and')
      expect(parseConfig({ output_tag: 'd4-2_b.1', mixture: MIXTURE }, 'here').output_tag).toBe('d4-2_b.1')
    },
  )

  test('unknown keys, wherever they stand, with the nearest known one', async () => {
    const entry = { task: 'CustomJSON', file_path: 'x.jsonl', filepath: 'x.jsonl' }
    const issues = await issuesOf({
      max_seqlen: 5,
      colour: 1,
      mixture: { train: [entry], vall: [], val: [] },
    })
    expect(issues).toEqual(
      expect.arrayContaining([
        { path: 'max_seqlen', message: 'is not a known option', hint: 'did you mean max_seq_len?' },
        { path: 'mixture.vall', message: 'is not a known option', hint: 'did you mean val?' },
        {
          path: 'mixture.train.0.file_path',
          message: 'is not a known option',
          hint: 'did you mean filepath?',
        },
      ]),
    )
    expect(issues.find((issue) => issue.path === 'colour')?.hint).toContain('known here: recipe, run, ')
  })

  test.each([
    [
      { max_seq_len: '2048' },
      'max_seq_len',
      'is "2048"',
      'it must be a whole number from 1 to 1048576 (a step’s memory grows with it)',
    ],
    [
      { max_seq_len: 1.5 },
      'max_seq_len',
      'is 1.5',
      'it must be a whole number from 1 to 1048576 (a step’s memory grows with it)',
    ],
    [
      { max_seq_len: 0 },
      'max_seq_len',
      'is 0',
      'it must be a whole number from 1 to 1048576 (a step’s memory grows with it)',
    ],
    [{ matrix_lr: -0.1 }, 'matrix_lr', 'is -0.1', 'it must be a number of at least 0'],
    [{ dry_run: 'yes' }, 'dry_run', 'is "yes"', 'it must be true or false'],
    [{ dtype: 'float16' }, 'dtype', 'is "float16"', 'it must be "float32" or "bfloat16"'],
    [
      { num_iterations: 0 },
      'num_iterations',
      'is 0',
      'it must be -1 or a whole number from 1 to 10000000 (each step is kept in the run’s record)',
    ],
    [{ run: '' }, 'run', 'is ""', 'it must be a text that is not empty'],
    [{ base_dir: 3 }, 'base_dir', 'is 3', 'it must be a path or null'],
  ])('%j', async (options, path, message, hint) => {
    expect(await issuesOf({ mixture: MIXTURE, ...options })).toEqual([{ path, message, hint }])
  })

  const bee = { task: 'SpellingBee', split: 'train' }
  test.each([
    ['device_batch_size', { device_batch_size: 1e6 }, 'from 1 to 65536 ('],
    ['max_seq_len', { max_seq_len: 1e9 }, 'from 1 to 1048576 ('],
    ['buffer_size', { buffer_size: 1e12 }, 'from 1 to 131072 ('],
    ['total_batch_size', { total_batch_size: 2 ** 40 }, 'from 1 to 134217728 ('],
    ['num_iterations', { num_iterations: 1e15 }, '-1 or a whole number from 1 to 10000000 ('],
    ['eval_tokens', { eval_tokens: 2 ** 53 - 1 }, 'from 1 to 1073741824 ('],
    [
      'mixture.train.0.repeat',
      { mixture: { train: [{ ...bee, repeat: 1e9 }], val: [] } },
      'from 1 to 1000 (',
    ],
    [
      'mixture.train.0.size',
      { mixture: { train: [{ ...bee, size: 2 ** 53 - 1 }], val: [] } },
      'from 1 to 10000000 (',
    ],
    ['device_batch_size', { device_batch_size: 60_000, max_seq_len: 50_000 }, 'it must be at most 335: '],
  ])('%s has a bound that says what it is for', async (path, options, hint) => {
    const issues = await issuesOf({ mixture: MIXTURE, ...options })
    expect(issues.find((issue) => issue.path === path)?.hint).toContain(hint)
  })

  test('a mixture that is missing, empty, or of unknown tasks', async () => {
    expect(await issuesOf({})).toEqual([
      { path: 'mixture', message: 'is missing', hint: 'it must be an object in braces' },
    ])
    expect(await issuesOf({ mixture: { train: [], val: [] } })).toEqual([
      { path: 'mixture.train', message: 'is []', hint: 'it must be a list that is not empty' },
    ])
    const [issue] = await issuesOf({ mixture: { train: [{ task: 'SmolTalkk' }], val: [] } })
    expect(issue).toMatchObject({ path: 'mixture.train.0.task', message: 'is "SmolTalkk"' })
    expect(issue?.hint).toContain('"SmolTalk" or "MMLU"')
  })

  test('a config that is no object', async () => {
    expect(await issuesOf([1])).toHaveLength(1)
    expect(await issuesOf(null)).toHaveLength(1)
  })
})

describe('total_batch_size', () => {
  const sizes = { mixture: MIXTURE, device_batch_size: 4, max_seq_len: 100 }

  test('a multiple of a micro-batch is accepted', () => {
    expect(parseConfig({ ...sizes, total_batch_size: 1200 }, '').total_batch_size).toBe(1200)
  })

  test('another is refused with the two nearest that would do', async () => {
    const [issue] = await issuesOf({ ...sizes, total_batch_size: 1000 })
    expect(issue).toMatchObject({ path: 'total_batch_size', hint: 'the nearest that would do: 800 or 1200' })
    expect(issue?.message).toContain('device_batch_size 4 × max_seq_len 100')
    const [small] = await issuesOf({ ...sizes, total_batch_size: 10 })
    expect(small?.hint).toBe('the nearest that would do: 400')
  })

  test('ranks count', () => {
    const config = parseConfig({ ...sizes, total_batch_size: 1200 }, '')
    expect(crossFieldIssues(config, 3)).toEqual([])
    expect(crossFieldIssues(config, 2)[0]?.hint).toBe('the nearest that would do: 800 or 1600')
  })

  test('plays no part where values are still to come', async () => {
    const config = parseConfig({ ...sizes, total_batch_size: 1000 }, '', 'none')
    const failure = await failureOf(() => requireRules(config, 'all', 'here.json'))
    expect(failure).toMatchObject({ code: 'config.invalid', issues: [{ path: 'total_batch_size' }] })
    expect(requireRules({ ...config, total_batch_size: 1200 }, 'all', '')).toMatchObject(sizes)
  })

  test('plays no part where nothing is trained', () => {
    expect(parseConfig({ ...sizes, total_batch_size: 1000 }, '', 'fields').total_batch_size).toBe(1000)
  })
})

describe('files', () => {
  test('a config file gives its folder and its nanochat folder', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ base_dir: 'base', mixture: MIXTURE }))
    const loaded = await loadConfig(join(folder, 'a.json'))
    expect(loaded).toMatchObject({ path: join(folder, 'a.json'), dir: folder, baseDir: join(folder, 'base') })
  })

  test('options that are set stand in for the file’s; their paths start where the person stands, others at the file', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.json')
    const entry = { task: 'CustomJSON', filepath: 'talks.jsonl' }
    writeFileSync(path, JSON.stringify({ base_dir: 'base', seed: 1, mixture: MIXTURE }))
    const { given, config, baseDir } = await loadConfig(path, {
      set: { seed: 7, mixture: { train: [entry], val: [] } },
    })
    expect(given).toMatchObject({ base_dir: 'base', seed: 7 })
    expect(baseDir).toBe(join(folder, 'base'))
    expect(config.mixture.train).toEqual([{ ...entry, filepath: join(process.cwd(), 'talks.jsonl') }])
    expect((await loadConfig(path, { set: { base_dir: 'mine' } })).baseDir).toBe(join(process.cwd(), 'mine'))
    const fault = await failureOf(() => loadConfig(path, { set: { seed: 'x' } }))
    expect(fault).toMatchObject({ code: 'config.invalid', issues: [{ path: 'seed' }] })
    expect(fault.message).toContain('with what was set')
  })

  test('one that is missing or no JSON is named, by place', async () => {
    const folder = temporaryFolder()
    const missing = await failureOf(() => loadConfig(join(folder, 'none.json')))
    expect(missing).toMatchObject({ code: 'config.missing' })
    expect(missing.message).toContain('none.json')
    writeFileSync(join(folder, 'a.json'), '{\n  "run": "x",\n}')
    const broken = await failureOf(() => loadConfig(join(folder, 'a.json')))
    expect(broken).toMatchObject({ code: 'config.not-json' })
    expect(broken.message).toContain('line 3 column 1')
  })
})

test('base_dir counts from the config, then the settings, the environment, and nanochat’s default', () => {
  expect(baseDirOf({ base_dir: '../x' }, '/a/b')).toBe('/a/x')
  expect(baseDirOf({ base_dir: '~/x' }, '/a/b')).toBe(join(homedir(), 'x'))
  vi.stubEnv('NANOCHAT_BASE_DIR', '/env')
  expect(baseDirOf({ base_dir: null }, '/a/b')).toBe('/env')
  expect(baseDirOf({ base_dir: null }, '/a/b', '/settings')).toBe('/settings')
  vi.stubEnv('NANOCHAT_BASE_DIR', '')
  expect(baseDirOf({ base_dir: null }, '/a/b', null)).toBe(join(homedir(), '.cache', 'nanochat'))
})

test('a run keeps its paths absolute', () => {
  const config = {
    ...sampleConfig(),
    mixture: {
      train: [
        { task: 'CustomJSON', filepath: 'a.jsonl' },
        { task: 'SmolTalk', split: 'train', data_files: ['b.parquet', '/c.parquet'] },
        { task: 'SimpleSpelling', split: 'train', size: 5, word_list: '../w.txt' },
        { task: 'SpellingBee', split: 'train', size: 5 },
        { task: 'Conversations', source: ['owner/name', 'c.jsonl', 'data/d.jsonl'] },
      ],
      val: [{ task: 'MMLU', subset: 'all', split: 'test', data_files: 'd.parquet' }],
    },
  } satisfies ReturnType<typeof sampleConfig>
  const absolute = withAbsolutePaths(config, '/p/q', '/base')
  expect(absolute.base_dir).toBe('/base')
  expect(absolute.mixture.train).toEqual([
    { task: 'CustomJSON', filepath: '/p/q/a.jsonl' },
    { task: 'SmolTalk', split: 'train', data_files: ['/p/q/b.parquet', '/c.parquet'] },
    { task: 'SimpleSpelling', split: 'train', size: 5, word_list: '/p/w.txt' },
    { task: 'SpellingBee', split: 'train', size: 5 },
    { task: 'Conversations', source: ['owner/name', '/p/q/c.jsonl', '/p/q/data/d.jsonl'] },
  ])
  expect(absolute.mixture.val).toEqual([
    { task: 'MMLU', subset: 'all', split: 'test', data_files: '/p/q/d.parquet' },
  ])
})

test('what breaks two rules of a field is one fault', async () => {
  expect(await issuesOf({ num_iterations: 2 ** 60, mixture: MIXTURE })).toHaveLength(1)
  const spelling = { task: 'SimpleSpelling', split: 'train', size: 2 ** 53 }
  expect(await issuesOf({ mixture: { train: [spelling], val: [] } })).toHaveLength(1)
})

test('a mixture of too many entries is refused by their number, not by each of them', async () => {
  const entry = { task: 'SmolTalk', split: 'no such split' }
  const mixture = {
    train: [{ task: 'SmolTalk', split: 'train' }],
    val: Array.from({ length: 5000 }, () => entry),
  }
  const { issues } = await failureOf(() => parseConfig({ mixture }, 'here.json'))
  expect(issues).toEqual([{ path: 'mixture.val', message: 'has 5,000 entries; it must have at most 4,096' }])
})

import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { command as mixture } from '../../../../src-main/cli/mixture'
import { command as render } from '../../../../src-main/cli/render'
import { failureOf } from '../../../support/failure'
import { goldenPath, readGolden } from '../../../support/golden'
import { goldenMixture } from '../../../support/golden-mixture'
import { goldenSft, goldenSftFolder } from '../../../support/golden-sft'
import { sftMixture } from '../../../support/sft-mixture'
import { runCommand } from '../../../support/command'
import { temporaryFolder } from '../../../support/temporary-folder'

const golden = readGolden(
  'mixture.json',
  z.object({
    train_len: z.int(),
    val_len: z.int(),
    train_index_map_head: z.array(z.tuple([z.int(), z.int()])),
    render: z.array(
      z.object({ conversation: z.array(z.unknown()), ids: z.array(z.int()), mask: z.array(z.int()) }),
    ),
    all_train_ids_sha256_le_i32: z.string(),
  }),
)

const countedSplit = z.looseObject({
  tasks: z.array(
    z.looseObject({
      tokens: z.int().nullable(),
      conversations_cut_by_rendering: z.int().nullable(),
      tokens_cut_by_rendering: z.int().nullable(),
    }),
  ),
})
const counted = z.object({ train: countedSplit, val: countedSplit })

let config: string

beforeEach(() => {
  const folder = temporaryFolder()
  vi.stubEnv('MIDBENCH_CACHE', join(folder, 'cache'))
  config = join(folder, 'config.json')
  // Batch sizes play no part in the data: these do not divide one another.
  const options = { base_dir: goldenPath('nanochat_base'), max_seq_len: 200, device_batch_size: 3 }
  writeFileSync(config, JSON.stringify({ ...options, mixture: goldenMixture }))
})

async function printed(...args: Parameters<typeof runCommand>): Promise<unknown> {
  const { code, stdout } = await runCommand(...args)
  expect(code).toBe(0)
  expect(stdout).toHaveLength(1)
  return JSON.parse(stdout[0] ?? '')
}

describe('mixture over a folder of today’s nanochat', () => {
  const placed = z.object({ length: z.int(), tasks: z.array(z.looseObject({ place: z.string() })) })
  const described = z.object({ train: placed, val: placed })

  /** The hub's cache holds GSM8K's test rows as well, as Python would have put them there. */
  function putInCache(): void {
    const hub = join(config, '..', 'hub')
    const snapshot = join(hub, 'datasets--openai--gsm8k', 'snapshots', 'c0ffee', 'main')
    mkdirSync(snapshot, { recursive: true })
    cpSync(goldenPath('datasets/gsm8k-main-test.parquet'), join(snapshot, 'test-00000-of-00001.parquet'))
    vi.stubEnv('HF_HUB_CACHE', hub)
  }

  it.each(['sft', 'mid'] as const)('finds its task_data, which recipe %s prefers or not', async (recipe) => {
    putInCache()
    writeFileSync(config, JSON.stringify({ recipe, base_dir: goldenSftFolder, mixture: sftMixture }))
    const { train, val } = described.parse(await printed(mixture, ['--config', config]))
    expect([train.length, val.length]).toEqual([goldenSft.train_len, goldenSft.val_len])
    expect(new Set(train.tasks.map(({ place }) => place))).toEqual(new Set(['task_data']))
    const places = ['task_data', 'task_data', recipe === 'sft' ? 'task_data' : 'hub']
    expect(val.tasks.map(({ place }) => place)).toEqual(places)
  })
})

describe('mixture', () => {
  it('reads conversations in other formats, and counts those that are left out', async () => {
    const source = [goldenPath('formats/sharegpt.jsonl'), 'bad.jsonl']
    writeFileSync(
      join(config, '..', 'bad.jsonl'),
      '{"conversations": [{"from": "observation", "value": "x"}]}\n',
    )
    const entry = { task: 'Conversations', source, on_bad: 'skip' }
    const options = { base_dir: goldenPath('nanochat_base'), max_seq_len: 200, device_batch_size: 3 }
    writeFileSync(config, JSON.stringify({ ...options, mixture: { train: [entry], val: [] } }))
    expect(await printed(mixture, ['--config', config, '--json'])).toMatchObject({
      train: {
        length: 2,
        tasks: [{ name: 'Conversations', skipped: { rows: 3, reasons: { 'tool-calls': 1 } } }],
      },
    })
    const rendered = await printed(render, ['--config', config, '--split', 'train', '--index', '0'])
    expect(rendered).toHaveProperty('conversation.0.role', 'user')
  })

  it("prints the reference's lengths and order", async () => {
    expect(await printed(mixture, ['--config', config, '--json'])).toMatchObject({
      train: {
        length: golden.train_len,
        index_map_head: golden.train_index_map_head,
        tasks: [600, 300, 120, 40, 40, 200, 80].map((length, index) => ({ index, length })),
      },
      val: { length: golden.val_len, tasks: [{ length: 80 }, { length: 52 }, { length: 20 }] },
    })
  })

  it('shows how many conversations are excluded, and the order of the others', async () => {
    const [[task, row] = [0, 0], ...others] = golden.train_index_map_head
    const entry = [0, 1, 2, 3, 3, 4, 5][task]
    writeFileSync(
      config,
      JSON.stringify({
        base_dir: goldenPath('nanochat_base'),
        mixture: goldenMixture,
        exclude: [[entry, row], [3, 0]], // prettier-ignore
      }),
    )
    const result = z
      .object({ train: z.looseObject({ index_map_head: z.array(z.array(z.int())) }), val: z.unknown() })
      .parse(await printed(mixture, ['--config', config, '--json']))
    expect(result).toMatchObject({
      // The entry at 3 is listed twice.
      train: { length: golden.train_len - 3, excluded: 3, tasks: { 3: { length: 40, excluded: 1 } } },
      val: { length: golden.val_len, excluded: 0 },
    })
    expect(result.train.index_map_head.slice(0, others.length)).toEqual(others)
  })

  it('counts tokens, and what rendering cuts off, by task', async () => {
    const folder = temporaryFolder()
    const turns = (words: number): string =>
      JSON.stringify([
        { role: 'user', content: 'Go on.' },
        { role: 'assistant', content: 'word '.repeat(words) },
      ])
    writeFileSync(join(folder, 'long.jsonl'), `${turns(4_000_000)}\n${turns(10)}\n`)
    writeFileSync(join(folder, 'short.jsonl'), `${turns(10)}\n`)
    const train = ['long', 'short'].map((name) => ({ task: 'CustomJSON', filepath: `${name}.jsonl` }))
    const mine = join(folder, 'config.json')
    writeFileSync(
      mine,
      JSON.stringify({ base_dir: goldenPath('nanochat_base'), mixture: { train, val: train } }),
    )
    const result = counted.parse(await printed(mixture, ['--config', mine]))
    const [long, short] = result.train.tasks
    expect(short).toMatchObject({ conversations_cut_by_rendering: 0, tokens_cut_by_rendering: 0 })
    expect(long).toMatchObject({ longest: 2048, tokens: 2048 + (short?.tokens ?? 0) })
    expect(long?.conversations_cut_by_rendering).toBe(1)
    expect(long?.tokens_cut_by_rendering).toBeGreaterThan(4_000_000 - 2048)
    expect(result.val.tasks).toEqual(result.train.tasks)
  }, 60_000)

  it('is told without a tokenizer too, and says what is not counted', async () => {
    const base_dir = temporaryFolder()
    const train = [{ task: 'CustomJSON', filepath: goldenPath('nanochat_base/identity_conversations.jsonl') }]
    writeFileSync(config, JSON.stringify({ base_dir, mixture: { train, val: [] } }))
    const { code, stdout, stderr } = await runCommand(mixture, ['--config', config])
    expect(code).toBe(0)
    expect(counted.parse(JSON.parse(stdout.join()))).toMatchObject({
      train: { tasks: [{ length: 40, tokens: null, tokens_cut_by_rendering: null }] },
    })
    expect(stderr.join()).toContain('Tokens are not counted, and neither is what rendering cuts off.')
    expect(stderr.join()).toContain('tokenizer.pkl')
  })

  it('names the entry at fault', async () => {
    const train = [{ task: 'CustomJSON', filepath: 'none.jsonl' }]
    writeFileSync(config, JSON.stringify({ mixture: { train, val: [] } }))
    const failure = await failureOf(() => runCommand(mixture, ['--config', config]))
    expect(failure.issues?.map((issue) => issue.path)).toEqual(['mixture.train.0.filepath'])
  })
})

describe('render', () => {
  it("prints the reference's ids and masks", async () => {
    for (const index of [0, 1, 59]) {
      const args = ['--config', config, '--split', 'train', '--index', String(index)]
      expect(await printed(render, args)).toEqual(golden.render[index])
    }
  })

  it("prints the reference's digest, first tokenizing and then from disk", async () => {
    const args = ['--config', config, '--split', 'train', '--digest']
    const expected = { count: 1380, tokens: 177_496, sha256: golden.all_train_ids_sha256_le_i32 }
    const first = await runCommand(render, args)
    const second = await runCommand(render, args)
    expect(JSON.parse(first.stdout.join())).toEqual(expected)
    expect(second.stdout).toEqual(first.stdout)
    expect(first.stderr.join('\n')).toContain('tokenizing: 1,340 of 1,340 conversations')
    expect(second.stderr).toEqual([])
  })

  it.each([
    [['--split', 'test', '--index', '0'], 'usage'],
    [['--split', 'train'], 'usage'],
    [['--split', 'train', '--index', '0', '--digest'], 'usage'],
    [['--split', 'train', '--index=-1'], 'usage'],
    [['--split', 'train', '--index', '1380'], 'render.index'],
  ])('refuses %j', async (args, code) => {
    expect((await failureOf(() => runCommand(render, ['--config', config, ...args]))).code).toBe(code)
  })
})

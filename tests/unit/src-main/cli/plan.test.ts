import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { command } from '../../../../src-main/cli/plan'
import { openMixture } from '../../../../src-main/data/mixture'
import { renderSource } from '../../../../src-main/data/render-source'
import { createLoader } from '../../../../src-main/packing/loader'
import { runConfig, type RunConfigInput } from '../../../../src-main/config/config.schema'
import { loadTokenizer } from '../../../../src-main/tokenizer/tokenizer'
import { runCommand } from '../../../support/command'
import { goldenPath, readGolden } from '../../../support/golden'
import { goldenMixture, goldenTokenizerDir } from '../../../support/golden-mixture'
import { sftMixture } from '../../../support/sft-mixture'
import { privateCache } from '../../../support/private-cache'

const printed = z.looseObject({
  steps: z.int(),
  batches: z.int(),
  batches_left_over: z.int(),
  tokens: z.int(),
  tokens_used: z.int(),
  tokens_cropped: z.int(),
  tokens_padded: z.int(),
  conversations_never_trained: z.int(),
  per_task: z.array(z.looseObject({ name: z.string(), conversations: z.int(), tokens_used: z.int() })),
})

const small = z.looseObject({ conversations_never_trained: z.int(), conversations_placed_again: z.int() })

const sft = readGolden(
  'sft.json',
  z.object({ packing: z.array(z.object({ batches: z.int(), supervised_targets: z.int() })) }),
).packing[0]

const dir = privateCache()

/** The conversations of every batch that the loader itself gives to the end of the epoch. */
async function trainedBy(options: RunConfigInput): Promise<number[]> {
  const config = runConfig.parse(options)
  const locations = { baseDir: goldenPath('nanochat_base'), configDir: dir, cacheDir: dir }
  const mixture = await openMixture(config.mixture.train, locations)
  const { packing, device_batch_size: batchSize, max_seq_len: seqLen, buffer_size: bufferSize } = config
  const shape = { packing, batchSize, seqLen, bufferSize, rank: 0, worldSize: 1 }
  const loader = createLoader(renderSource(mixture, await loadTokenizer(goldenTokenizerDir)), {
    ...shape,
    bosId: 714,
  })
  const trained: number[] = []
  for (let last = false; !last;) {
    const batch = await loader.next()
    trained.push(...batch.spans.map(({ conversation }) => conversation))
    last = batch.lastStep
  }
  await mixture.close()
  return trained
}

async function plan(options: object, ...args: string[]): Promise<string[]> {
  const file = join(dir, 'config.json')
  const config = {
    base_dir: goldenPath('nanochat_base'),
    device_batch_size: 4,
    max_seq_len: 256,
    mixture: goldenMixture,
    ...options,
  }
  await writeFile(file, JSON.stringify(config))
  const { code, stdout } = await runCommand(command, ['--config', file, ...args])
  expect(code).toBe(0)
  return stdout
}

describe('plan', () => {
  it("agrees with the reference's loader on the epoch", async () => {
    const [line = ''] = await plan({ total_batch_size: 1024 }, '--json')
    const view = printed.parse(JSON.parse(line))
    expect(view).toMatchObject({
      steps: 114,
      batches: 114,
      batches_left_over: 0,
      tokens: 177_496,
      tokens_padded: 0,
    })
    expect(view.tokens_used).toBe(114 * 4 * 257)
    expect(view.per_task.map((t) => t.conversations)).toEqual([600, 300, 120, 40, 40, 200, 80])
    expect(view.per_task.reduce((sum, t) => sum + t.tokens_used, 0)).toBe(view.tokens_used)
  })

  it('counts excluded conversations, in every repeat, and plans the rest', async () => {
    const exclude = [[0, 5], [3, 0]] // prettier-ignore
    const [line = ''] = await plan({ total_batch_size: 1024, exclude }, '--json')
    const view = JSON.parse(line) as unknown
    expect(view).toMatchObject({ conversations: 1380 - 3, conversations_excluded: 3 })
    expect(view).toMatchObject({ per_task: { 0: { conversations: 599, conversations_excluded: 1 } } })
    const lines = await plan({ total_batch_size: 1024, exclude })
    expect(lines.find((l) => l.startsWith('excluded'))).toContain('3 conversations')
    expect((await plan({ total_batch_size: 1024 })).some((l) => l.startsWith('excluded'))).toBe(false)
  })

  it('leaves an incomplete step out', async () => {
    const [line = ''] = await plan({ total_batch_size: 10_240 }, '--json')
    expect(printed.parse(JSON.parse(line))).toMatchObject({ steps: 11, batches: 110, batches_left_over: 4 })
  })

  it('plans the set number of steps', async () => {
    const [line = ''] = await plan({ total_batch_size: 2048, num_iterations: 7 }, '--json')
    expect(printed.parse(JSON.parse(line))).toMatchObject({ steps: 7, batches: 14, batches_left_over: 0 })
  })

  it('reads as a table', async () => {
    const lines = await plan({ total_batch_size: 2048, packing: 'bestfit-pad' }, '--split', 'val')
    expect(lines[0]).toBe('bestfit-pad: 4 rows of 257 ids a batch, a buffer of 100')
    expect(lines.find((l) => l.startsWith('steps'))).toMatch(/^steps +\d+ of 2,048 tokens, 2 batches each$/)
    expect(lines.filter((l) => l.includes('MMLU'))).toHaveLength(2) // what becomes of its tokens, and of the supervised
    expect(lines.find((l) => l.startsWith('targets'))).toMatch(/^targets +every token: none in 0 /)
  })

  it('counts the supervised targets of today’s chat_sft without reading an id', async () => {
    const shape = { total_batch_size: 1024, packing: 'bestfit-pad', loss: 'completion' }
    const options = { ...shape, base_dir: goldenPath('nanochat_now'), mixture: sftMixture }
    const [line = ''] = await plan(options, '--json')
    const view = z
      .looseObject({ supervised_used: z.int(), batches: z.int(), targets: z.looseObject({}) })
      .parse(JSON.parse(line))
    expect(view).toMatchObject({ batches: sft?.batches, supervised_used: sft?.supervised_targets })
    expect(view.targets).toMatchObject({ loss: 'completion', batches_without: 0, rows_without: 0 })
    const lines = await plan(options)
    expect(lines.find((l) => l.startsWith('targets'))).toContain('what the assistant says')
  })

  it('says what a mixture smaller than the buffer leaves out and repeats, as the loader does it', async () => {
    const train = [{ task: 'SpellingBee' as const, split: 'train' as const, size: 40 }]
    for (const packing of ['bestfit-crop', 'bestfit-pad'] as const) {
      const options = { packing, max_seq_len: 512, device_batch_size: 1, total_batch_size: 512 }
      const mixture = { train, val: [] }
      const [line = ''] = await plan({ ...options, mixture }, '--json')
      const view = small.parse(JSON.parse(line))
      const trained = await trainedBy({ ...options, mixture })
      expect(view.conversations_never_trained).toBe(40 - new Set(trained).size)
      expect(view.conversations_placed_again).toBe(trained.length - new Set(trained).size)
      expect(view.conversations_never_trained).toBeGreaterThan(10)
      const lines = await plan({ ...options, mixture })
      const never = String(view.conversations_never_trained)
      expect(lines.find((each) => each.startsWith('never trained'))).toContain(`${never} of 40 conversations`)
    }
  })

  it('says what each task loses of its tokens, and what rendering cuts off', async () => {
    const lines = await plan({ total_batch_size: 1024 })
    expect(lines.some((each) => /^SmolTalk train loses \d+\.\d\d % of its tokens$/.test(each))).toBe(true)
    expect(lines.find((each) => each.startsWith('cut '))).toContain('past the 2,048 that rendering keeps')
  })

  it('refuses a total_batch_size that is no multiple', async () => {
    await expect(plan({ total_batch_size: 1000 })).rejects.toMatchObject({
      code: 'config.invalid',
      issues: [{ path: 'total_batch_size' }],
    })
  })
})

describe('plan --ranks', () => {
  const options = { total_batch_size: 8192, num_iterations: 3 }

  it('says for each number of ranks what all get, and the time of a step by the model', async () => {
    const [line = ''] = await plan(options, '--json', '--ranks', '1,2', '--micro-ms', '100')
    const said = z
      .object({
        ranks: z.array(
          z.looseObject({
            ranks: z.int(),
            steps: z.int(),
            rows_per_rank: z.int(),
            by_rank: z.array(z.looseObject({})),
            time: z.object({
              compute: z.number(),
              reduce: z.number(),
              step: z.number(),
              efficiency: z.number(),
            }),
          }),
        ),
      })
      .parse(JSON.parse(line)).ranks
    const [alone, pair] = said
    expect(said.map(({ ranks, steps, by_rank: by }) => [ranks, steps, by.length])).toEqual([
      [1, 3, 1],
      [2, 3, 2],
    ])
    expect(alone?.rows_per_rank).toBe(2 * (pair?.rows_per_rank ?? NaN))
    expect([alone?.time.reduce, pair?.time.compute]).toEqual([0, (alone?.time.compute ?? NaN) / 2])
    const lines = await plan(options, '--ranks', '2')
    expect(lines.at(-1)).toContain('--micro-ms')
    const timed = await plan(options, '--ranks', '2', '--micro-ms', '100')
    expect(timed.slice(-3)).toEqual(
      ['1 rank', '2 ranks', '3 ranks'].map(
        (who) =>
          expect.stringMatching(
            new RegExp(`^${who}: predicted [\\d.]+ ms, measured [\\d.]+ ms \\(error -?[\\d.]+ %\\)$`),
          ) as unknown,
      ),
    )
  })

  it('refuses ranks that do not divide a step, with the largest batch that does, and what is no number', async () => {
    await expect(plan(options, '--ranks', '3')).rejects.toMatchObject({
      code: 'plan.ranks',
      remedy: expect.stringContaining('device_batch_size') as unknown,
    })
    await expect(plan(options, '--ranks', '2,x')).rejects.toMatchObject({ code: 'usage' })
  })
})

it('counts one as one', async () => {
  const talk = [
    { role: 'user', content: 'one two three four five six seven eight nine ten' },
    { role: 'assistant', content: 'eleven twelve' },
  ]
  await writeFile(join(dir, 'one.jsonl'), JSON.stringify(talk))
  const mixture = { train: [{ task: 'CustomJSON', filepath: 'one.jsonl' }], val: [] }
  const options = {
    mixture,
    max_seq_len: 8,
    device_batch_size: 1,
    total_batch_size: 8,
    num_iterations: 1,
    buffer_size: 1,
  }
  const text = (await plan(options)).join('\n')
  expect(text).toContain('1 conversation longer than a row')
  expect(text).not.toMatch(/\b1 (conversations|are)\b/)
})

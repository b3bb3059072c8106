import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { command as mixture } from '../../../../src-main/cli/mixture'
import { command as render } from '../../../../src-main/cli/render'
import { failureOf } from '../../../support/failure'
import { goldenPath, readGolden } from '../../../support/golden'
import { goldenMixture } from '../../../support/golden-mixture'
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

describe('mixture', () => {
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
    expect(first.stderr.join('\n')).toContain('tokenizing: 1340 of 1340')
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

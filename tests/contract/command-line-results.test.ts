/** What the command line prints and leaves of runs and checkpoints. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { taskBpb } from '../../src-main/config/run.schema'
import { runCommandLine } from '../support/command-line'
import { readCsv } from '../support/csv'
import { goldenPath, readGolden } from '../support/golden'
import { temporaryFolder } from '../support/temporary-folder'
import { configFile } from '../support/train-command'

describe('train', () => {
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
    [['train', '--config', 'a.json', '--set', 'seed'], 'no KEY=VALUE'],
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

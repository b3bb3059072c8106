import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { StepMetric } from '../../../../src-main/config/run.schema'
import { branchOptions, openFork } from '../../../../src-main/runs/fork'
import { keepFork } from '../../../../src-main/runs/keep-fork'
import { RunManager, type Watched } from '../../../../src-main/runs/run-manager'
import type { StartRun } from '../../../../src-main/runs/start-run'
import { restoreRuns } from '../../../../src-main/runs/restore-runs'
import { RunStore } from '../../../../src-main/runs/store'
import { openChosenTrainer } from '../../../../src-main/runs/trainer-host'
import { failureOf } from '../../../support/failure'
import { goldenPath } from '../../../support/golden'
import { goldenConfig } from '../../../support/golden-run'
import { keptFolder } from '../../../support/temporary-folder'

/** The decoded mixture, shared by the tests. */
const cacheDir = keptFolder()

/** One parent for all tests, which leave it as it is. */
const folder = keptFolder()
const store = RunStore.open(join(folder, 'runs.db'))
const manager = new RunManager({ store, dataDir: folder, cacheDir, openTrainer: openChosenTrainer })
let parent = ''
let whole: Watched
beforeAll(async () => {
  parent = await train({ config: parentConfig, name: 'parent' })
  whole = await manager.watch(parent, 0)
}, 240_000)
afterAll(async () => {
  await manager.close()
  store.close()
})

/** Waits until the run in progress has ended. */
function rest(): Promise<string> {
  return new Promise((resolve) => {
    const off = manager.on((event) => {
      if (event.type !== 'rest') return
      off()
      resolve(event.state)
    })
  })
}

async function train(request: Omit<StartRun, 'dir' | 'path'>): Promise<string> {
  const ended = rest()
  const id = await manager.start({ dir: goldenPath('.'), path: null, ...request })
  await ended
  return id
}

/** A run of six steps with a checkpoint at 3 and 6, evaluated there as well. */
const parentConfig = goldenConfig({ num_iterations: 6, save_every: 3, eval_every: 3 })

/** Trains a branch with its parent's options, except for these changes. */
async function branchOff(
  step: number,
  changes: Partial<RunConfig> = {},
  more: Partial<StartRun> = {},
): Promise<string> {
  const config = { ...branchOptions(await openFork(manager.get(parent), step)), ...changes }
  return train({ config, branch: { runId: parent, step }, ...more })
}

/** What is the same in two runs that do the same. */
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
}: StepMetric) => ({
  ...{ step, loss, loss_ema, lrm, momentum, progress, epoch, first_batch, grad_norm },
})

describe('a branch', () => {
  test('with nothing changed gives the bits that its parent went on with, also after a kill and without its parent', async () => {
    const id = await branchOff(3, {}, { stopAfter: 1 })
    expect(manager.get(id)).toMatchObject({
      ...{ name: 'parent from step 3', state: 'stopped', step: 4 },
      parent: { id: parent, name: 'parent', step: 3, changes: [] },
    })
    // nothing of its own is left, and the parent is gone: it begins again at the fork
    rmSync(join(folder, 'runs', id, 'checkpoints', 'step_000004'), { recursive: true })
    await manager.remove(parent)
    const ended = rest()
    await manager.resume(id)
    expect(await ended).toBe('done')
    await manager.restore(parent)
    const { steps, evals, detail, log } = await manager.watch(id, 0)
    expect(steps.map(exact)).toEqual(whole.steps.map(exact))
    expect(evals.map(({ step, val_bpb }) => [step, val_bpb])).toEqual(
      whole.evals.map(({ step, val_bpb }) => [step, val_bpb]),
    )
    expect(detail).toMatchObject({ step: 6, best_val_bpb: whole.detail.best_val_bpb, checkpoints: [6] })
    const said = log.map(({ text }) => text).join('\n')
    expect(said).toContain(
      'Goes on from parent after step 3, with its weights, optimizer states and loss average.',
    )
    expect(said).toContain('Reads on in the mixture where parent stood.')
    expect(said).toContain('Branched off parent after step 3')
  })

  test('has more steps than a run that is done, other rates and other rows, and says what becomes of them', async () => {
    const more = { num_iterations: 8, matrix_lr: 0.01, device_batch_size: 2, save_every: -1 }
    const id = await branchOff(6, more, { name: 'longer' })
    const { steps, detail, log } = await manager.watch(id, 0)
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(steps.slice(0, 6)).toEqual(whole.steps)
    expect(steps.slice(6).map(({ progress, first_batch }) => [progress, first_batch])).toEqual([
      [7 / 8, 12],
      [1, 14],
    ])
    expect(detail).toMatchObject({ name: 'longer', state: 'done', step: 8, total_steps: 8 })
    expect(detail.parent?.changes).toEqual([
      'num_iterations 8 in place of 6',
      'device_batch_size 2 in place of 4',
      'matrix_lr 0.01 in place of 0.02',
      'save_every -1 in place of 3',
    ])
    expect(log.map(({ text }) => text).join('\n')).toContain(
      'Progress is of its own 8 steps: it begins at 75 %, with learning rates at 100 % of the initial ones. parent was at 100 %, with 0 %.',
    )
    // the store made again from folders knows it as well
    store.remove(id)
    await restoreRuns(store, folder)
    expect(store.summary(id).parent).toEqual(detail.parent)
  })

  test('without a conversation reads on where its parent stood; with another mixture it reads that from its start', async () => {
    const kept = (id: string): { reading: { state: { cursor: number } | null } } =>
      JSON.parse(readFileSync(join(folder, 'runs', id, 'branch.json'), 'utf8')) as never
    const without = await branchOff(3, { exclude: [[0, 0]] }, { stopAfter: 1 })
    expect(manager.get(without).parent?.changes).toEqual(['without one conversation more'])
    expect(kept(without).reading.state?.cursor).toBeGreaterThan(0)
    const [last] = (await manager.watch(without, 4)).steps
    expect(last).toMatchObject({ step: 4, first_batch: 3, progress: 4 / 6 })

    // where that branch began, another one does as it did: both go on from the same checkpoint
    const fork = await openFork(manager.get(without), 3)
    expect(fork).toMatchObject({ parent: { id: parent, name: 'parent' }, options: { exclude: [[0, 0]] } })
    const beside = await train({
      config: branchOptions(fork),
      branch: { runId: without, step: 3 },
      stopAfter: 1,
    })
    expect(kept(beside)).toEqual(kept(without))
    expect((await manager.watch(beside, 4)).steps.map(exact)).toEqual(last && [exact(last)])

    const mixture = { ...parentConfig.mixture, train: parentConfig.mixture.train.slice(1) }
    const other = await branchOff(3, { mixture }, { stopAfter: 1 })
    expect(kept(other).reading.state).toBeNull()
    const { steps, detail, log } = await manager.watch(other, 4)
    expect(detail.parent?.changes).toEqual(['another mixture'])
    expect(steps[0]).toMatchObject({ step: 4, first_batch: 3, epoch: 1 })
    expect(log.map(({ text }) => text).join('\n')).toContain(
      'Reads its mixture from the start, since its data is other: conversations that parent has read come again.',
    )
  })

  test('from step 0 begins as its parent did', async () => {
    const id = await branchOff(0, {}, { stopAfter: 2 })
    const { steps, detail } = await manager.watch(id, 0)
    expect(steps.map(exact)).toEqual(whole.steps.slice(0, 2).map(exact))
    expect(detail.parent).toMatchObject({ id: parent, step: 0 })
    expect(existsSync(join(detail.dir, 'fork'))).toBe(false)
  })
})

test('a checkpoint that goes away while it is kept leaves nothing in the branch’s folder', async () => {
  const fork = await openFork(manager.get(parent), 3)
  const { saved, data } = fork
  if (saved === null || data === null) throw new Error('the parent keeps one of step 3')
  const runDir = keptFolder()
  const gone = {
    ...fork,
    saved: { ...saved, dir: join(folder, 'runs', parent, 'checkpoints', 'step_000004') },
  }
  expect(await failureOf(() => keepFork(runDir, gone, data))).toMatchObject({ code: 'branch.gone' })
  expect(readdirSync(runDir)).toEqual([])
})

test('what no branch can have is refused in words, and leaves nothing', async () => {
  const before = manager.list().map(({ id }) => id)

  const gone = await failureOf(() => branchOff(2))
  expect(gone).toMatchObject({
    code: 'branch.gone',
    message: 'The run parent keeps no checkpoint of step 2: it keeps those of 3 and 6.',
    remedy: 'Branch off step 3, step 6, or step 0, which is its beginning.',
  })
  const other = { model_tag: 'd9', num_iterations: 3, load_optimizer: true }
  expect(await failureOf(() => branchOff(3, other))).toMatchObject({
    code: 'run.blocked',
    issues: [
      { path: 'model_tag', message: expect.stringContaining('a branch goes on with its parent’s model') },
      { path: 'load_optimizer' },
      { path: 'num_iterations', message: expect.stringContaining('the branch begins after step 3') },
    ],
  })
  // the last test: it damages the parent
  const model = join(folder, 'runs', parent, 'checkpoints', 'step_000003', 'model_000003.pt')
  const bytes = readFileSync(model)
  rmSync(model)
  writeFileSync(model, bytes.fill(7, 40, 48))
  expect(await failureOf(() => branchOff(3))).toMatchObject({
    code: 'branch.torn',
    message: expect.stringContaining('is not whole: model_000003.pt was changed after it was saved'),
  })
  expect(manager.list().map(({ id }) => id)).toEqual(before)
})

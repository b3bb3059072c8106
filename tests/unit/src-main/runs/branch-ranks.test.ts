/** Branches of a run of two ranks: with as many they go on to the same bits, with three they share out what is left. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { StepMetric } from '../../../../src-main/config/run.schema'
import type { LoaderState } from '../../../../src-main/packing/types'
import { branchOptions, openFork } from '../../../../src-main/runs/fork'
import { RunManager, type Watched } from '../../../../src-main/runs/run-manager'
import type { StartRun } from '../../../../src-main/runs/start-run'
import { RunStore } from '../../../../src-main/runs/store'
import { openChosenTrainer } from '../../../../src-main/runs/trainer-host'
import { goldenPath } from '../../../support/golden'
import { goldenConfig } from '../../../support/golden-run'
import { keptFolder } from '../../../support/temporary-folder'

/** Programs that are not in the cache yet are compiled by each rank. */
const COMPILING_MS = 600_000

const folder = keptFolder()
const store = RunStore.open(join(folder, 'runs.db'))
const manager = new RunManager({
  ...{ store, dataDir: folder, cacheDir: keptFolder(), openTrainer: openChosenTrainer },
})
afterAll(async () => {
  await manager.close()
  store.close()
})

/** Six micro-batches of two short rows a step: three on each of two ranks, two on each of three. */
const parentConfig = goldenConfig({
  ...{ engine: 'graph', world_size: 2, num_iterations: 4, save_every: 2 },
  ...{ max_seq_len: 64, device_batch_size: 2, total_batch_size: 6 * 2 * 64 },
})
let parent = ''
let whole: Watched
beforeAll(async () => {
  parent = await train({ config: parentConfig, name: 'parent' })
  whole = await manager.watch(parent, 0)
}, COMPILING_MS)

async function train(request: Omit<StartRun, 'dir' | 'path'>): Promise<string> {
  const ended = new Promise<void>((resolve) => {
    const off = manager.on((event) => {
      if (event.type !== 'rest') return
      off()
      resolve()
    })
  })
  const id = await manager.start({ dir: goldenPath('.'), path: null, ...request })
  await ended
  return id
}

async function branchOff(step: number, changes: Partial<RunConfig> = {}): Promise<Watched> {
  const config = { ...branchOptions(await openFork(manager.get(parent), step)), ...changes }
  return manager.watch(await train({ config, branch: { runId: parent, step } }), 0)
}

/** Where the ranks of a run stood at a checkpoint. */
function loadersAt({ detail }: Watched, step: number): LoaderState[] {
  const path = join(detail.dir, 'checkpoints', `step_00000${String(step)}`, 'resume.json')
  const { loop } = JSON.parse(readFileSync(path, 'utf8')) as { loop: { loop: { loaders: LoaderState[] } } }
  return loop.loop.loaders
}

function saidBy({ log }: Watched): string {
  return log.map(({ text }) => text).join('\n')
}

const exact = ({
  step,
  loss,
  loss_by_rank,
  loss_ema,
  lrm,
  grad_norm,
  first_batch,
  epochs_read,
}: StepMetric) => ({
  ...{ step, loss, loss_by_rank, loss_ema, lrm, grad_norm, first_batch, epochs_read },
})

describe('a branch of a run of two ranks', () => {
  test(
    'with as many goes on to the bits of its parent: each rank reads on where that of the parent stood',
    async () => {
      const same = await branchOff(2)
      expect(same.detail).toMatchObject({ state: 'done', step: 4, parent: { changes: [] } })
      expect(same.steps.map(exact)).toEqual(whole.steps.map(exact))
      expect(loadersAt(same, 4)).toEqual(loadersAt(whole, 4))
      expect(saidBy(same)).toContain('Reads on in the mixture where parent stood.')
    },
    COMPILING_MS,
  )

  test(
    'with three shares out what is left of the epoch, says so, and all have the same state',
    async () => {
      const more = await branchOff(2, { world_size: 3 })
      expect(more.detail).toMatchObject({ state: 'done', step: 4 })
      expect(more.detail.parent?.changes).toEqual(['world_size 3 in place of 2'])
      expect(saidBy(more)).toContain(
        '3 ranks read on in the mixture where the 2 of parent stood: no conversation comes again before the epoch’s end, and none is left out.',
      )
      const [first] = more.steps.slice(2)
      expect(first).toMatchObject({ step: 3, first_batch: 4 })
      expect(first?.loss_by_rank).toHaveLength(3)
      // saved: so the three had one hash
      const read = (loaders: LoaderState[]): number =>
        loaders.reduce((sum, { consumed, buffer }) => sum + consumed + buffer.length, 0)
      const [then, now] = [loadersAt(whole, 2), loadersAt(more, 4)]
      expect(now).toHaveLength(3)
      // one after another from one place on, of which all before it was read once
      const heads = now.map(({ cursor }) => cursor)
      expect(heads.map((head) => head % 3)).toEqual([0, 1, 2])
      expect(read(now)).toBeGreaterThan(read(then))
      expect(read(now)).toBe(heads.reduce((sum, head, rank) => sum + (head - rank) / 3, 0))
    },
    COMPILING_MS,
  )
})

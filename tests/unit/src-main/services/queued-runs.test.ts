import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'

import type { RunConfig } from '../../../../src-main/config/config.schema'
import { checkConfig } from '../../../../src-main/services/check-config'
import { QueuedRuns } from '../../../../src-main/services/queued-runs'
import { nothingKnown } from '../../../../src-main/runs/preflight'
import { sampleConfig } from '../../../support/run-samples'

const config: RunConfig = {
  ...sampleConfig(),
  ...{ num_iterations: 100, max_seq_len: 128, device_batch_size: 4, total_batch_size: 2048 },
}
const queued = new QueuedRuns({
  queue: { ahead: [] },
  defaultBaseDir: () => '/nanochat',
  check: ({ config: typed, facts }) =>
    checkConfig(typed, () => Promise.resolve({ ...nothingKnown, packing: facts, tokPerSec: 1024 })),
  dataDir: tmpdir(),
})
const asked = { config, dir: '/project', path: '/project/d4.json' }
/** 512 × 3 does not divide a step. */
const axes = [{ option: 'device_batch_size', values: [4, 3, 8] }]

describe('runs of a project', () => {
  test('are as the project stands, where every path is absolute', () => {
    const [run] = queued.of({ ...asked, config: { ...config, base_dir: null }, axes: [] })
    expect(run).toMatchObject({ name: 'd4', path: '/project/d4.json', config: { base_dir: '/nanochat' } })
    expect(queued.of({ ...asked, name: 'other', axes: [] })[0]?.name).toBe('other')
  })

  test('are combinations without those that contradict themselves, which are no file', () => {
    const runs = queued.of({ ...asked, axes })
    expect(runs.map(({ config: of, path }) => [of.device_batch_size, path])).toEqual([
      [4, null],
      [8, null],
    ])
  })
})

describe('what they come to', () => {
  test('is their number, the time that is known, and what stops them', async () => {
    const plan = await queued.plan({ ...asked, facts: null, axes })
    // 100 steps of 2048 tokens at 1024 a second, twice
    expect(plan).toMatchObject({ runs: 2, timed: 2, seconds: 400, disk_bytes: null })
    expect(plan.left_out).toMatchObject({ number: 1, name: 'd4 device_batch_size=3' })
    expect(plan.blocked).toMatchObject({ number: 2, name: 'd4 device_batch_size=4' }) // no val tasks
    expect(plan.free_bytes).toBeGreaterThan(0)
  })

  test('follows from an epoch where no number of steps is asked for', async () => {
    const facts = {
      ...{
        epoch_steps: 10,
        val_batches: null,
        longer_than_row: 0,
        conversations: 10,
        run: null,
        entries: [],
      },
      targets: {
        ...{ loss: 'all' as const, micro_batches: 40, without: 0, with_few: 0 },
        first_step_without: null,
      },
    }
    const epoch = { ...asked, config: { ...config, num_iterations: -1, eval_every: -1 }, facts }
    const sizes = [{ option: 'total_batch_size', values: [2048, 4096] }]
    const plan = await queued.plan({ ...epoch, axes: sizes })
    expect(plan).toMatchObject({ runs: 2, timed: 2, seconds: 40, blocked: null }) // 10 steps, then 5
    expect(await queued.plan({ ...epoch, facts: null, axes: [] })).toMatchObject({ runs: 1, timed: 0 })
  })
})

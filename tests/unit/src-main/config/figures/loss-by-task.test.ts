import { expect, test } from 'vitest'

import { goldenConfig, goldenTrainJob, runJob } from '../../../../support/golden-run'
import { temporaryFolder } from '../../../../support/temporary-folder'

test('the tasks’ losses, weighted by their targets, are the step’s where every target counts', async () => {
  const config = goldenConfig({ num_iterations: 3 })
  const { steps } = await runJob(goldenTrainJob(temporaryFolder(), config))
  expect(steps).toHaveLength(3)
  const perStep = config.device_batch_size * config.max_seq_len
  for (const { loss, loss_by_task: tasks, targets } of steps) {
    expect(tasks?.length).toBeGreaterThan(2)
    const entries = tasks?.map(({ entry }) => entry) ?? []
    expect(entries).toEqual([...new Set(entries)].sort((a, b) => a - b))
    expect(Math.max(...entries)).toBeLessThan(config.mixture.train.length)
    const sums = tasks?.map((task) => task.loss * task.targets) ?? []
    expect(tasks?.reduce((sum, task) => sum + task.targets, 0)).toBe(perStep)
    expect(targets).toBe(perStep)
    expect(sums.reduce((sum, each) => sum + each, 0) / perStep).toBeCloseTo(loss ?? NaN, 4)
  }
})

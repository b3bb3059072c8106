import { expect, test } from 'vitest'

import { initialState } from '../../../../src-main/engine/loop-state'
import type { RunConfig } from '../../../../src-main/config/config.schema'
import type { DataIdentity } from '../../../../src-main/packing/data-identity.schema'
import { derive } from '../../../../src-main/runs/derive'
import type { Fork } from '../../../../src-main/runs/fork'
import { branchGone } from '../../../../src-main/runs/run-errors'
import { branchFacts, checkBranch } from '../../../../src-main/services/check-branch'
import { tinyConfig } from '../../../support/checkpoints'
import { sampleConfig } from '../../../support/run-samples'

const config: RunConfig = { ...sampleConfig(), num_iterations: 40, total_batch_size: 1000 }
const data: DataIdentity = {
  tokenizer: 't',
  train: config.mixture.train.map((_, index) => ({ source: 'a.jsonl', identity: String(index), rows: 9 })),
  val: [],
}
const fork: Fork = {
  ...{ parent: { id: 'p', name: 'parent' }, step: 30, config, options: config, data },
  saved: {
    dir: '/p/checkpoints/step_000030',
    loop: {
      ...{ ...initialState, step: 30 },
      loader: { cursor: 9, epoch: 1, consumed: 9, buffer: [], batches: 60 },
    },
    model: { tag: 'd4', step: 7, config: tinyConfig, deviceBatchSize: null },
  },
}
const identified = (identity: DataIdentity): never => ({ identity }) as never

/** Seconds that a branch is planned to take, at 1,000 tokens/s. */
function seconds(changes: Partial<RunConfig>, known = identified(data), from = fork): number | null {
  const now = { ...config, ...changes }
  const facts = branchFacts(from, now, known)
  return derive(now, { epochSteps: 50, tokPerSec: 1000, ...facts, base: null }).seconds
}

test('the planned time of a branch is that of its own steps', () => {
  expect(seconds({})).toBe(10)
  expect(seconds({ total_batch_size: 2000 })).toBe(20)
  // of an epoch that it reads on in, what its parent has not read; of one that it begins, all
  expect(seconds({ num_iterations: -1 })).toBe(20)
  expect(seconds({ num_iterations: -1, total_batch_size: 500 })).toBe(0)
  expect(seconds({ num_iterations: -1 }, identified({ ...data, train: [] }))).toBe(50)
  expect(seconds({}, identified(data), { ...fork, saved: null })).toBe(40)
})

test('a place that is gone is a blocker, in its own words', () => {
  const gone = branchGone('parent', 2, [{ step: 3 }])
  expect(checkBranch(gone, config, null)).toEqual([
    {
      ...{ level: 'block', path: '', message: gone.message },
      remedy: 'Branch off step 3, or step 0, which is its beginning.',
    },
  ])
  expect(branchFacts(gone, config, null)).toEqual({})
})

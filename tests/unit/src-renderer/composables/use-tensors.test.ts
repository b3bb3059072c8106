// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import { CallError } from '../../../../src-renderer/api/client'
import type { CheckpointRow, TensorHistogram } from '../../../../src-renderer/api/types'
import { useTensors, type UseTensorsReturn } from '../../../../src-renderer/composables/use-tensors'
import { sampleCheckpoint } from '../checkpoints/sample-checkpoint'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'

const tensors = [{ name: 'lm_head.weight', shape: [4, 2], dtype: 'float32' as const, group: 'head' as const }]
const histogram: TensorHistogram = {
  min: 0,
  max: 1,
  mean: 0.5,
  deviation: 0.5,
  zeros: 4,
  notFinite: 0,
  counts: [4, 4],
}
let answer: (found: TensorHistogram) => void = () => undefined

beforeAll(() => connect())
beforeEach(async () => {
  await settled()
  answerWith({
    'checkpoints.tensors': () => tensors,
    'checkpoints.histogram': () => new Promise((resolve) => (answer = resolve)),
    'jobs.cancel': () => ({}),
  })
})

async function opened(
  row = sampleCheckpoint(),
): Promise<UseTensorsReturn & { leave: () => void; row: { value: CheckpointRow } }> {
  const looked = shallowRef(row)
  const { value, stop } = inScope(() => useTensors(looked))
  await settled()
  return { ...value, leave: stop, row: looked }
}

it('lists the tensors, and counts the numbers of one with progress', async () => {
  const use = await opened()
  expect(use.tensors.value).toEqual(tensors)
  void use.count('lm_head.weight')
  await settled()
  const job = use.running.value ?? ''
  await send('job.progress', { job, what: 'Reading', done: 1, total: 2, unit: 'MB' })
  expect(use.progress.value).toMatchObject({ done: 1 })
  answer(histogram)
  await settled()
  expect([use.histogram.value, use.running.value]).toEqual([histogram, null])
  use.leave()
})

it('can be cancelled, and counted again', async () => {
  const use = await opened()
  void use.count('lm_head.weight')
  await settled()
  use.cancel()
  answer(histogram) // too late
  await settled()
  expect(made.map(({ name }) => name)).toContain('jobs.cancel')
  expect([use.counted.value, use.running.value, use.histogram.value]).toEqual(['lm_head.weight', null, null])
  void use.count('lm_head.weight')
  await settled()
  answer(histogram)
  await settled()
  expect(use.histogram.value).toEqual(histogram)
  use.leave()
})

it('forgets what it showed when another checkpoint is looked at, and asks nothing of one that is not there yet', async () => {
  const use = await opened()
  void use.count('lm_head.weight')
  await settled()
  use.row.value = sampleCheckpoint({ step: 11, planned: true })
  await settled()
  expect([use.counted.value, use.running.value, use.tensors.value]).toEqual([null, null, []])
  expect(made.filter(({ name }) => name === 'checkpoints.tensors')).toHaveLength(1)
  use.leave()
})

it('keeps what is wrong with the file, or with the tensor', async () => {
  answerWith({
    'checkpoints.tensors': () => {
      throw new CallError({ code: 'zip.refused', message: 'it was cut' })
    },
    'checkpoints.histogram': () => {
      throw new CallError({ code: 'checkpoint.damaged', message: 'its bytes were changed' })
    },
    'jobs.cancel': () => ({}),
  })
  const use = await opened()
  expect(use.tensorsError.value?.code).toBe('zip.refused')
  await use.count('lm_head.weight')
  expect(use.histogramError.value?.code).toBe('checkpoint.damaged')
  use.leave()
})

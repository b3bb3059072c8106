// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { usePlan } from '../../../../src-renderer/composables/use-plan'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { useRowsWithout } from '../../../../src-renderer/composables/use-rows-without'
import { batchModel, type BatchModel } from '../../../../src-renderer/packing/batch-model'
import type { Cell } from '../../../../src-renderer/packing/viewport'
import { answerWith, connect, inScope, settled } from '../main-process'
import { sampleBatch } from '../packing/sample-batch'
import { samplePlan } from '../packing/sample-plan'
import { projectOf, sampleConfig } from '../runs/sample-run'

const navigation = useNavigation()
const modelOf = (batch: number): BatchModel => batchModel({ ...sampleBatch(), batch })
/** Four batches of two rows of 200 positions: few is fewer than 2 targets. */
const targets = {
  ...samplePlan().targets,
  rows_without: 2,
  rows_with_few: 1,
  per_row: Int32Array.of(9, 0, 9, 1, 9, 9, 0, 9),
}
let stop = (): void => undefined

beforeAll(async () => {
  connect()
  answerWith({
    'project.current': () => projectOf(sampleConfig()),
    'packing.plan': () => samplePlan({ seq_len: 200, targets }),
    'jobs.cancel': () => ({}),
  })
  await useProject().load()
})
beforeEach(() => {
  navigation.batch.value = { split: 'train', batch: 0 }
})
afterEach(() => {
  stop()
})

async function used() {
  const model = shallowRef<BatchModel | null>(modelOf(0))
  const cell = shallowRef<Cell | null>(null)
  const shown: number[] = []
  const scope = inScope(() => ({
    plan: usePlan(),
    stepping: useRowsWithout(model, cell, (row) => {
      shown.push(row)
      cell.value = { row, position: 0 }
    }),
  }))
  stop = scope.stop
  await scope.value.plan.make()
  await settled()
  return { model, cell, shown, ...scope.value.stepping }
}

it('shows the next row without targets, in this batch at once and in another when that has come', async () => {
  const { model, shown, go } = await used()
  go(1)
  expect(shown).toEqual([1])
  go(1)
  await settled()
  expect(navigation.batch.value.batch).toBe(3)
  expect(shown).toEqual([1])
  model.value = modelOf(3)
  await settled()
  expect(shown).toEqual([1, 0])
})

it('stops at rows with few targets too, once that is chosen', async () => {
  const { cell, next, choose, lacking } = await used()
  cell.value = { row: 1, position: 0 }
  expect(next.value).toEqual({ batch: 3, row: 0 })
  choose('few')
  expect(lacking.value).toBe('few')
  expect(next.value).toEqual({ batch: 1, row: 1 })
})

it('forgets the row where the person goes elsewhere before its batch has come', async () => {
  const { model, cell, shown, go } = await used()
  cell.value = { row: 1, position: 0 }
  go(1)
  await settled()
  navigation.batch.value = { split: 'train', batch: 2 }
  await settled()
  navigation.batch.value = { split: 'train', batch: 3 }
  model.value = modelOf(3)
  await settled()
  expect(shown).toEqual([])
})

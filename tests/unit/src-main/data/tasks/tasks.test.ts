import { expect, it } from 'vitest'
import { TASK_KINDS } from '../../../../../src-main/data/mixture.schema'
import { exportsOf } from '../../../../support/exports-of'

it('lists every kind of task that a file of its folder exports, each name once', async () => {
  const kinds = (await exportsOf('src-main/data/tasks')).filter(
    (value) => typeof value === 'object' && value !== null && 'entry' in value && 'source' in value,
  )
  expect(kinds.length).toBeGreaterThan(5)
  expect(new Set(TASK_KINDS)).toEqual(new Set(kinds))
  expect(new Set(TASK_KINDS.map(({ entry }) => entry.shape.task.value)).size).toBe(TASK_KINDS.length)
})

// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import type { BatchView } from '../../../../src-renderer/api/types'
import { CallError } from '../../../../src-renderer/api/client'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { useReplay } from '../../../../src-renderer/composables/use-replay'
import { answerWith, connect, inScope, made, settled } from '../main-process'
import { sampleBatch } from '../packing/sample-batch'
import { sampleReplay } from '../packing/sample-replay'
import { projectOf, sampleConfig } from '../runs/sample-run'

const project = projectOf(sampleConfig())

beforeAll(() => connect())
beforeEach(() => {
  answerWith({
    'project.current': () => project,
    'packing.replay': ({ batch, row }) => {
      if (row === 1 && batch === 9) throw new CallError({ code: 'packing.row', message: 'no such row' })
      return { ...sampleReplay(), batch, row }
    },
  })
})

async function opened() {
  const batch = shallowRef<BatchView | null>(sampleBatch())
  const scope = inScope(() => useReplay(batch))
  await useProject().load()
  scope.value.open(1)
  await settled()
  return { batch, ...scope }
}

describe('useReplay', () => {
  it('replays a row from its first placement to its last, and no further', async () => {
    const { value, stop } = await opened()
    expect(value.replay.value).toMatchObject({ batch: 3, row: 1 })
    expect(value.step.value?.chosen).toBe(9)
    value.goTo(1)
    expect(value.step.value?.chosen).toBe(7)
    value.goTo(99)
    expect(value.at.value).toBe(1)
    value.goTo(-1)
    expect(value.at.value).toBe(0)
    stop()
  })

  it('goes to other rows as far as the batch has them, each from its start', async () => {
    const { value, stop } = await opened()
    value.goTo(1)
    value.moveRow(-1)
    await settled()
    expect([value.row.value, value.at.value]).toEqual([0, 0])
    value.moveRow(-1)
    expect(value.row.value).toBe(0)
    value.moveRow(5)
    expect(value.row.value).toBe(1)
    stop()
  })

  it('follows the batch in sight', async () => {
    const { batch, value, stop } = await opened()
    batch.value = { ...sampleBatch(), batch: 4 }
    await settled()
    expect(value.replay.value?.batch).toBe(4)
    batch.value = { ...sampleBatch(), batch: 5, rows: 1 }
    await settled()
    expect(value.replay.value).toMatchObject({ batch: 5, row: 0 })
    stop()
  })

  it('shows nothing once it is closed', async () => {
    const { batch, value, stop } = await opened()
    value.close()
    await settled()
    expect(value.step.value).toBeNull()
    const before = made.length
    batch.value = { ...sampleBatch(), batch: 4 }
    await settled()
    expect(made).toHaveLength(before)
    stop()
  })

  it('says why a row cannot be replayed', async () => {
    const { batch, value, stop } = await opened()
    batch.value = { ...sampleBatch(), batch: 9 }
    await settled()
    expect(value.error.value?.message).toBe('no such row')
    expect(value.replay.value).toBeNull()
    stop()
  })
})

// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CallError } from '../../../../src-renderer/api/client'
import type { RunDetail } from '../../../../src-renderer/api/types'
import { useBatch } from '../../../../src-renderer/composables/use-batch'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { useNotices } from '../../../../src-renderer/composables/use-notices'
import { usePackingSource } from '../../../../src-renderer/composables/use-packing-source'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { useRuns } from '../../../../src-renderer/composables/use-runs'
import { firstBatchOf } from '../../../../src-renderer/packing/source'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'
import { sampleBatch } from '../packing/sample-batch'
import { projectOf, sampleConfig, sampleRun } from '../runs/sample-run'

const config = sampleConfig()
const project = projectOf(config)
const trained = sampleConfig({ max_seq_len: 64 })
const detailOf = (id: string): RunDetail => {
  return { ...sampleRun({ id }), config: trained, config_path: null, differences: [], model: null }
}
const navigation = useNavigation()

beforeAll(() => connect())
beforeEach(async () => {
  await settled()
  navigation.packingRun.value = null
  navigation.batch.value = { split: 'train', batch: 3 }
})

async function used(answers: Parameters<typeof answerWith>[0] = {}) {
  answerWith({
    'project.current': () => project,
    'runs.list': () => [sampleRun()],
    'packing.run': ({ runId }) => ({ detail: detailOf(runId), recorded: true }),
    'packing.batch': ({ batch }) => ({ ...sampleBatch(), batch }),
    'jobs.cancel': () => ({}),
    ...answers,
  })
  await useProject().load()
  await useRuns().load()
  const scope = inScope(() => ({ ...usePackingSource(), packed: useBatch() }))
  await settled()
  return scope
}
const askedFor = (): unknown[] =>
  made
    .filter(({ name }) => name === 'packing.batch')
    .map(({ input }) => {
      if (typeof input !== 'object' || input === null || !('batch' in input)) return null
      return 'runId' in input
        ? `run ${String(input.runId)} ${String(input.batch)}`
        : `project ${String(input.batch)}`
    })

describe('the source of batches', () => {
  it('is the project until a run is chosen, and then the run with its own options', async () => {
    const { value, stop } = await used()
    expect(value.source.value).toMatchObject({ run: null, config })
    navigation.showBatch('train', 7, 'r1')
    expect([value.source.value, value.packed.batch.value]).toEqual([null, expect.anything()])
    await settled()
    expect(value.source.value).toMatchObject({ run: { id: 'r1' }, config: trained, of: { runId: 'r1' } })
    expect(value.packed.shown.value?.source.config).toEqual(trained)
    expect(value.packed.batch.value?.batch).toBe(7)
    expect(askedFor()).toEqual(['project 3', 'project 4', 'run r1 7', 'run r1 8'])
    stop()
  })

  it('is the chosen rank’s of what several train, or the last one’s where there are fewer', async () => {
    const ranked = { ...detailOf('r1'), config: sampleConfig({ world_size: 2 }) }
    const { value, stop } = await used({ 'packing.run': () => ({ detail: ranked, recorded: true }) })
    navigation.rank.value = 5
    expect(value.source.value).toMatchObject({ run: null, rank: 0 })
    expect(value.source.value?.of).not.toHaveProperty('rank')
    navigation.showBatch('train', 7, 'r1')
    await settled()
    expect(value.source.value).toMatchObject({ rank: 1, of: { runId: 'r1', rank: 1 } })
    expect(value.packed.shown.value?.source.rank).toBe(1)
    navigation.rank.value = 0
    await settled()
    expect(value.packed.shown.value?.source.rank).toBe(0)
    stop()
  })

  it('shows nothing of one source for another, and breaks off what was being packed', async () => {
    const never = new Promise<never>(() => undefined)
    const { value, stop } = await used({ 'packing.batch': (of) => ('runId' in of ? never : sampleBatch()) })
    navigation.packingRun.value = 'r1'
    await settled()
    expect([value.packed.batch.value, value.packed.loading.value]).toEqual([null, true])
    navigation.packingRun.value = null
    await settled()
    expect(value.packed.batch.value?.batch).toBe(3)
    const jobs = made.flatMap(({ name, input }) => (name === 'jobs.cancel' ? [input] : []))
    expect(jobs.length).toBeGreaterThan(0)
    stop()
  })

  it('says what is wrong with a run, and tries again', async () => {
    const failure = new CallError({ code: 'run.folder-damaged', message: 'Its config cannot be read.' })
    const { value, stop } = await used({ 'packing.run': () => Promise.reject(failure) })
    navigation.packingRun.value = 'r1'
    await settled()
    expect([value.source.value, value.error.value?.message]).toEqual([null, failure.message])
    answerWith({
      'packing.run': ({ runId }) => ({ detail: detailOf(runId), recorded: false }),
      'packing.batch': () => sampleBatch(),
    })
    await value.describe()
    expect([value.error.value, value.source.value?.recorded]).toEqual([null, false])
    stop()
  })

  it('goes back to the project when the run is removed', async () => {
    const { value, stop } = await used()
    navigation.packingRun.value = 'r1'
    await settled()
    await send('run.removed', { runId: 'r1' })
    expect(value.source.value?.run).toBeNull()
    expect(useNotices().notices.value.at(-1)?.title).toContain('The run was removed')
    stop()
  })

  it('goes back to the project where there is no such run, as on another machine', async () => {
    const failure = new CallError({ code: 'run.unknown', message: 'There is no run r1 in the store.' })
    const { value, stop } = await used({ 'packing.run': () => Promise.reject(failure) })
    navigation.packingRun.value = 'r1'
    await settled()
    expect([navigation.packingRun.value, value.source.value?.run, value.error.value]).toEqual([
      null,
      null,
      null,
    ])
    stop()
  })

  it('begins with the batches of its own where a branch is looked at', async () => {
    const parent = { id: 'p', name: 'parent', step: 5, changes: [] }
    const { stop } = await used({
      'packing.run': ({ runId }) => ({ detail: { ...detailOf(runId), parent }, recorded: false }),
    })
    navigation.batch.value = { split: 'train', batch: 0 }
    navigation.packingRun.value = 'r1'
    await settled()
    expect(navigation.batch.value.batch).toBe(firstBatchOf(6, trained))
    expect(navigation.batch.value.batch).toBeGreaterThan(0)
    stop()
  })
})

describe('a batch', () => {
  it('tells how far it is while it is waited for, and can be cancelled', async () => {
    let refuse: (error: CallError) => void = () => undefined
    const asked = new Promise<never>((_, reject) => (refuse = reject))
    const { value, stop } = await used({ 'packing.batch': () => asked })
    const input = made.find(({ name }) => name === 'packing.batch')?.input
    const job = typeof input === 'object' && input && 'job' in input ? String(input.job) : ''
    await send('job.progress', { job, what: 'decoding SmolTalk', done: 5, total: 9, unit: 'rows' })
    expect(value.packed.progress.value?.what).toBe('decoding SmolTalk')
    value.packed.cancel()
    await settled()
    expect(made.at(-1)).toEqual({ name: 'jobs.cancel', input: { job } })
    refuse(new CallError({ code: 'cancelled', message: 'open was cancelled' }))
    await settled()
    expect(value.packed.error.value?.code).toBe('cancelled')
    expect([value.packed.loading.value, value.packed.progress.value]).toEqual([false, null])
    stop()
  })
})

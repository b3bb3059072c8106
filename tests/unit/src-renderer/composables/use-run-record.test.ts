// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ref } from 'vue'
import type { RunDetail, StepMetric } from '../../../../src-renderer/api/types'
import { appendSteps, useRunRecord } from '../../../../src-renderer/composables/use-run-record'
import { sampleStep } from '../../../support/run-samples'
import { answerWith, connect, inScope, made, send, settled } from '../main-process'
import { sampleConfig, sampleRun } from '../runs/sample-run'

function detail(id: string): RunDetail {
  return { ...sampleRun({ id }), config: sampleConfig(), config_path: null, differences: [], model: null }
}
function step(number: number, loss = 1): StepMetric {
  return { ...sampleStep(number), loss }
}
const line = (text: string) => ({ at: 0, level: 'info' as const, text })
const metrics = (runId: string, seq: number, numbers: number[]) => ({
  runId, seq, state: 'training' as const, steps: numbers.map((number) => step(number)), evals: [], samples: [], measures: [],
  log: numbers.map((number) => line(`step ${number}`)), seconds_left: 5,
}) // prettier-ignore

beforeAll(() => connect())
beforeEach(() => {
  answerWith({
    'runs.watch': ({ runId }) => ({
      detail: detail(runId),
      seq: 4,
      steps: [step(1), step(2)],
      evals: [],
      samples: [],
      measures: [],
      ranks: null,
      log: [line('a')],
    }),
  })
})

describe('useRunRecord', () => {
  it('takes what is stored first, then what comes, in place', async () => {
    const { value, stop } = inScope(() => useRunRecord(ref('r1')))
    await settled()
    const { steps, version } = value.record.value
    await send('run.metrics', metrics('r1', 5, [3]))
    expect(value.record.value.steps).toBe(steps)
    expect(steps.map(({ step: number }) => number)).toEqual([1, 2, 3])
    expect(value.record.value).toMatchObject({ version: version + 1, secondsLeft: 5 })
    expect(value.record.value.log.map(({ text }) => text)).toEqual(['a', 'step 3'])
    expect(value.latest.value?.step).toBe(3)
    stop()
  })

  it('keeps what comes while the record is fetched, and drops what the record has', async () => {
    const { value, stop } = inScope(() => useRunRecord(ref('r1')))
    await Promise.all([
      send('run.metrics', metrics('r1', 4, [2])),
      send('run.metrics', metrics('r1', 5, [3])),
    ])
    await settled()
    expect(value.record.value.steps.map(({ step: number }) => number)).toEqual([1, 2, 3])
    expect(value.record.value.log.map(({ text }) => text)).toEqual(['a', 'step 3'])
    stop()
  })

  it('knows what the ranks do, the last that came counts', async () => {
    const { value, stop } = inScope(() => useRunRecord(ref('r1')))
    const now = (state: 'training' | 'paused') => ({
      ranks: [{ rank: 0, state, host: 'a:1', pid: 7 }],
      loss: null,
    })
    await send('run.ranks', { runId: 'r1', ...now('training') })
    await settled()
    expect(value.record.value.ranks).toEqual(now('training'))
    await send('run.ranks', { runId: 'r2', ...now('paused') })
    expect(value.record.value.ranks).toEqual(now('training'))
    await send('run.ranks', { runId: 'r1', ...now('paused') })
    expect(value.record.value.ranks).toEqual(now('paused'))
    stop()
  })

  it('fetches again where events are missing', async () => {
    const { value, stop } = inScope(() => useRunRecord(ref('r1')))
    await settled()
    await send('run.metrics', metrics('r1', 9, [8]))
    expect(made.map(({ name }) => name)).toEqual(['runs.watch', 'runs.watch'])
    expect(value.record.value.steps.map(({ step: number }) => number)).toEqual([1, 2])
    stop()
  })

  it('hears nothing of other runs, and starts afresh with another', async () => {
    const id = ref<string | null>('r1')
    const { value, stop } = inScope(() => useRunRecord(id))
    await settled()
    await send('run.metrics', metrics('r2', 5, [3]))
    expect(value.record.value.steps).toHaveLength(2)
    id.value = null
    await settled()
    expect(value.record.value).toMatchObject({ detail: null, steps: [], log: [] })
    stop()
  })

  it('follows the run’s state', async () => {
    const { value, stop } = inScope(() => useRunRecord(ref('r1')))
    await settled()
    await send('run.changed', { run: sampleRun({ id: 'r1', state: 'paused' }) })
    expect(value.record.value.detail).toMatchObject({ state: 'paused', differences: [] })
    stop()
  })

  it('says what failed', async () => {
    answerWith({})
    const { value, stop } = inScope(() => useRunRecord(ref('r1')))
    await settled()
    expect(value.error.value?.code).toBe('call.unknown')
    stop()
  })

  it('hears nothing once it is left', async () => {
    const { value, stop } = inScope(() => useRunRecord(ref('r1')))
    await settled()
    stop()
    await send('run.metrics', metrics('r1', 5, [3]))
    expect(value.record.value.steps).toHaveLength(2)
  })
})

it('replaces steps that a resumed run goes over again', () => {
  const list = [step(1), step(2), step(3)]
  appendSteps(list, [step(2, 7)])
  expect(list.map(({ step: number, loss }) => [number, loss])).toEqual([
    [1, 1],
    [2, 7],
  ])
})

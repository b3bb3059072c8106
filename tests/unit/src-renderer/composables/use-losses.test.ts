// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ref, shallowRef } from 'vue'
import { calls } from '../../../../src-main/contract/contract'
import type { BatchView, RunSummary } from '../../../../src-renderer/api/types'
import { CallError } from '../../../../src-renderer/api/client'
import { useLosses } from '../../../../src-renderer/composables/use-losses'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { useRuns } from '../../../../src-renderer/composables/use-runs'
import { answerWith, connect, inScope, made, settled } from '../main-process'
import { sampleBatch } from '../packing/sample-batch'
import { projectOf, sampleConfig, sampleRun } from '../runs/sample-run'

const config = sampleConfig()
const project = projectOf(config)
const answer = {
  losses: Float32Array.from({ length: 12 }, (_, i) => i / 4),
  mean: 1.4,
  dir: '/base',
  step: 0,
  recorded: false,
}

beforeAll(() => connect())
beforeEach(() => settled())

async function used(
  { runs = [], shown = true }: { runs?: RunSummary[]; shown?: boolean } = {},
  answers: Parameters<typeof answerWith>[0] = {},
) {
  answerWith({
    'project.current': () => project,
    'runs.list': () => runs,
    'runs.watch': ({ runId }) => ({
      detail: { ...sampleRun({ id: runId }), config, config_path: null, differences: [], model: null },
      seq: 0, steps: [], evals: [], samples: [], measures: [], ranks: null, log: [],
    }), // prettier-ignore
    'losses.batch': () => answer,
    'jobs.cancel': () => ({}),
    ...answers,
  })
  await useProject().load()
  await useRuns().load()
  const batch = shallowRef<BatchView | null>(sampleBatch())
  const wanted = ref(shown)
  const scope = inScope(() => useLosses(batch, () => wanted.value))
  await passed()
  return { ...scope, batch, wanted }
}
/** Lets the time pass in which a batch may have been passed by. */
async function passed(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 330))
  await settled()
}
const asked = () =>
  made
    .filter(({ name }) => name === 'losses.batch')
    .map(({ input }) => calls['losses.batch'].input.parse(input))
    .map(({ batch, runId }) => [batch, runId])

describe('useLosses', () => {
  it('asks nothing until they are to be shown', async () => {
    const { value, wanted, stop } = await used({ shown: false })
    expect(asked()).toEqual([])
    wanted.value = true
    await passed()
    expect(asked()).toEqual([[3, null]])
    expect(value.result.value?.mean).toBe(1.4)
    expect(value.losses.value?.top).toBe(3)
    expect(value.whose.value).toBe('the base checkpoint')
    stop()
  })

  it('asks about each batch once, and not about one that is only passed by', async () => {
    const { value, batch, stop } = await used()
    batch.value = { ...sampleBatch(), batch: 4 }
    await settled()
    batch.value = { ...sampleBatch(), batch: 5 }
    await passed()
    batch.value = sampleBatch()
    await passed()
    expect(asked()).toEqual([[3, null], [5, null]]) // prettier-ignore
    expect(value.losses.value).not.toBeNull()
    stop()
  })

  it('asks the current run once it has a checkpoint', async () => {
    const without = await used({ runs: [sampleRun({ checkpoints: [] })] })
    expect(asked()).toEqual([[3, null]])
    without.stop()
    const { value, stop } = await used({ runs: [sampleRun({ checkpoints: [10, 20] })] })
    expect(asked()).toEqual([[3, 'r1']])
    expect(value.whose.value).toBe('first')
    stop()
  })

  it('asks again once a run has another checkpoint, or has made the step of its batch', async () => {
    useNavigation().packingRun.value = 'r1'
    const ofRun = sampleRun({ checkpoints: [10, 20], step: 0 })
    const runs = [ofRun]
    const { stop } = await used(
      { runs },
      {
        'packing.run': ({ runId }) => ({
          detail: { ...sampleRun({ id: runId }), config, config_path: null, differences: [], model: null },
          recorded: true,
        }),
      },
    )
    const later = async (run: RunSummary): Promise<number> => {
      runs[0] = run
      await useRuns().load()
      await passed()
      return asked().length
    }
    expect(await later({ ...ofRun, step: 8 })).toBe(2)
    expect(await later({ ...ofRun, step: 9 })).toBe(2)
    expect(await later({ ...ofRun, step: 9, checkpoints: [20, 30] })).toBe(3)
    useNavigation().packingRun.value = null
    stop()
  })

  it('asks a run about its own batch, whatever run is going on', async () => {
    useNavigation().packingRun.value = 'r2'
    const { value, stop } = await used(
      { runs: [sampleRun({ checkpoints: [10] }), sampleRun({ id: 'r2', name: 'second', state: 'done' })] },
      {
        'packing.run': ({ runId }) => ({
          detail: { ...sampleRun({ id: runId }), config, config_path: null, differences: [], model: null },
          recorded: true,
        }),
      },
    )
    const inputs = made.flatMap(({ name, input }) => (name === 'losses.batch' ? [input] : []))
    expect(inputs).toMatchObject([{ runId: 'r2', batch: 3 }])
    expect(inputs[0]).not.toHaveProperty('config')
    expect(value.whose.value).toBe('the base checkpoint')
    useNavigation().packingRun.value = null
    stop()
  })

  it('says what failed, and can be asked again', async () => {
    const failure = new CallError({ code: 'checkpoint.missing', message: 'There is no base checkpoint.' })
    const { value, stop } = await used({}, { 'losses.batch': () => Promise.reject(failure) })
    expect(value.error.value?.message).toBe('There is no base checkpoint.')
    expect(value.losses.value).toBeNull()
    answerWith({ 'losses.batch': () => answer, 'jobs.cancel': () => ({}) })
    await value.ask()
    expect(value.error.value).toBeNull()
    expect(value.result.value?.mean).toBe(1.4)
    stop()
  })
})

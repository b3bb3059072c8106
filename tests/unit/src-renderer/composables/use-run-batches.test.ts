// @vitest-environment happy-dom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import type { RunDetail, RunSummary } from '../../../../src-renderer/api/types'
import { useNavigation } from '../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../src-renderer/composables/use-project'
import { useRunBatches } from '../../../../src-renderer/composables/use-run-batches'
import { useRuns } from '../../../../src-renderer/composables/use-runs'
import { sampleStep } from '../../../support/run-samples'
import { answerWith, connect, inScope, send, settled } from '../main-process'
import { projectOf, sampleConfig, sampleRun } from '../runs/sample-run'

/** Four batches a step. */
const config = sampleConfig({ max_seq_len: 64, device_batch_size: 2, total_batch_size: 512 })
const project = projectOf(config)
const navigation = useNavigation()
const detailOf = (id: string): RunDetail => {
  return { ...sampleRun({ id }), config, config_path: null, differences: [], model: null }
}
let seq = 0

beforeAll(() => connect())
beforeEach(async () => {
  await settled()
  navigation.batch.value = { split: 'train', batch: 0 }
  navigation.packingRun.value = null
})

async function used(run: Partial<RunSummary> = {}) {
  answerWith({
    'project.current': () => project,
    'project.edit': ({ config: edited }) => projectOf(edited),
    'runs.list': () => [sampleRun({ name: 'mine', ...run })],
    'packing.run': ({ runId }) => ({ detail: detailOf(runId), recorded: true }),
    'runs.watch': ({ runId }) => ({
      detail: detailOf(runId),
      seq: 0, steps: [], evals: [], samples: [], measures: [], ranks: null, log: [],
    }), // prettier-ignore
  })
  await useProject().load()
  await useRuns().load()
  const loading = shallowRef(false)
  const scope = inScope(() => useRunBatches(loading))
  await settled()
  return { ...scope, loading }
}

/** The run has made a step. */
async function stepped(step: number): Promise<void> {
  const metric = { ...sampleStep(step), first_batch: 4 * (step - 1) }
  seq++
  const state = 'training' as const
  await send('run.metrics', {
    runId: 'r1',
    seq,
    state,
    steps: [metric],
    evals: [],
    samples: [],
    measures: [],
    log: [],
    seconds_left: 9,
  })
}
const inSight = (): number => navigation.batch.value.batch

describe('useRunBatches', () => {
  beforeEach(() => (seq = 0))

  it('follows the batch in training from step to step', async () => {
    const { value, stop } = await used()
    expect(value.inTraining.value).toBe(0)
    await stepped(1)
    expect([value.inTraining.value, inSight()]).toEqual([4, 0])
    value.following.value = true
    await settled()
    expect(inSight()).toBe(4)
    await stepped(2)
    expect(inSight()).toBe(8)
    expect(navigation.packingRun.value).toBe('r1')
    stop()
  })

  it('waits for the batch that is being packed, and then shows the newest', async () => {
    const { value, loading, stop } = await used()
    value.following.value = true
    loading.value = true
    await stepped(1)
    await stepped(2)
    expect(inSight()).toBe(0)
    loading.value = false
    await settled()
    expect(inSight()).toBe(8)
    stop()
  })

  it('leaves off when the person looks at the project', async () => {
    const { value, stop } = await used()
    value.following.value = true
    await stepped(1)
    navigation.packingRun.value = null
    await settled()
    expect(value.following.value).toBe(false)
    stop()
  })

  it('leaves off when the person goes elsewhere', async () => {
    const { value, stop } = await used()
    value.following.value = true
    await stepped(1)
    navigation.batch.value = { split: 'train', batch: 1 }
    await settled()
    expect(value.following.value).toBe(false)
    await stepped(2)
    expect(inSight()).toBe(1)
    stop()
  })

  it('follows no run that is not at work', async () => {
    const { value, stop } = await used({ state: 'paused' })
    expect([value.inTraining.value, value.otherRun.value]).toEqual([null, null])
    stop()
  })

  it('names a run that trains other batches than the project’s in sight, and follows it in its own', async () => {
    const { value, stop } = await used()
    useProject().edit({ ...config, packing: 'bestfit-pad' })
    await settled()
    expect([value.inTraining.value, value.otherRun.value]).toEqual([0, 'mine'])
    value.following.value = true
    await stepped(1)
    expect([inSight(), navigation.packingRun.value, value.otherRun.value]).toEqual([4, 'r1', null])
    stop()
  })
})

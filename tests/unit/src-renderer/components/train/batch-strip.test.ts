// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { RunSummary, StepMetric } from '../../../../../src-renderer/api/types'
import { CallError } from '../../../../../src-renderer/api/client'
import BatchStrip from '../../../../../src-renderer/components/train/BatchStrip.vue'
import { useNavigation } from '../../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../../src-renderer/composables/use-project'
import { useRuns } from '../../../../../src-renderer/composables/use-runs'
import { sampleStep } from '../../../../support/run-samples'
import { answerWith, connect, made, send } from '../../main-process'
import { projectOf, sampleConfig, sampleRun } from '../../runs/sample-run'

/** Four batches a step. */
const config = sampleConfig({ max_seq_len: 9, device_batch_size: 2, total_batch_size: 72 })
const navigation = useNavigation()
let wrapper: VueWrapper
let seq = 0

beforeAll(() => connect())
beforeEach(() => {
  seq = 0
  navigation.go('train')
})
afterEach(() => {
  wrapper.unmount()
})

async function strip(run: Partial<RunSummary>, steps: StepMetric[] = [], fails = false): Promise<void> {
  answerWith({
    'project.current': () => projectOf(config),
    'runs.list': () => [sampleRun(run)],
    'runs.watch': ({ runId }) => ({
      detail: { ...sampleRun({ id: runId }), config, config_path: null, differences: [], model: null },
      ...{ seq: 0, steps, evals: [], samples: [], measures: [], ranks: null, log: [] },
    }),
    'packing.layout': ({ batch }) => {
      if (fails) throw new CallError({ code: 'run.data-changed', message: 'Its data has changed' })
      const span = { row: 0, offset: 0, length: 10, cropped: 0, conversation: batch, task: 0, taskRow: 0 }
      return { batch, rows: 2, seq_len: 9, spans: [span], pad_from: [10, 0] }
    },
  })
  await useProject().load()
  await useRuns().load()
  wrapper = mount(BatchStrip)
}

/** Waits until the strip says something. */
function says(text: string): Promise<void> {
  return vi.waitFor(() => expect(wrapper.text()).toContain(text), { timeout: 10_000 })
}

/** The run has made a step, of four batches. */
async function stepped(step: number): Promise<void> {
  const steps = [{ ...sampleStep(step), first_batch: 4 * (step - 1) }]
  const state = 'training' as const
  await send('run.metrics', {
    runId: 'r1',
    seq: ++seq,
    state,
    steps,
    evals: [],
    samples: [],
    measures: [],
    log: [],
    seconds_left: 9,
  })
}
const asked = (): unknown[] => made.flatMap(({ name, input }) => (name === 'packing.layout' ? [input] : []))
const button = () => wrapper.get('button')

it('shows the batch in training, and follows it no faster than once a second', async () => {
  await strip({ state: 'training' })
  await says('Batch 0')
  await says('first of 4 of step 1, in training')
  expect(asked()).toEqual([{ runId: 'r1', rank: 0, split: 'train', batch: 0 }])
  for (const step of [1, 2, 3]) await stepped(step)
  expect(asked()).toHaveLength(1)
  await says('first of 4 of step 4, in training')
  expect(asked().slice(1)).toEqual([{ runId: 'r1', rank: 0, split: 'train', batch: 12 }])
  expect(button().attributes('aria-label')).toBe(
    'Batch 12, first of 4 of step 4, in training: 2 rows of 10 tokens, 1 conversation. Open this batch in Packing',
  )
})

it('shows the last step’s batch of a run at rest, and opens it in Packing as that run’s', async () => {
  await strip({ state: 'paused' }, [sampleStep(1), { ...sampleStep(2), first_batch: 4 }])
  await says('first of 4 of step 2, trained last')
  await button().trigger('click')
  expect(navigation.place.value).toBe('packing')
  expect(navigation.batch.value).toEqual({ split: 'train', batch: 4 })
  expect(navigation.packingRun.value).toBe('r1')
})

it('has its place, and asks for nothing, before there is a batch', async () => {
  await strip({ state: 'failed' })
  expect(asked()).toEqual([])
  expect(button().attributes('disabled')).toBeDefined()
  await says('no batch yet')
})

it('says why there is none', async () => {
  await strip({ state: 'training' }, [], true)
  await says('Its data has changed')
  expect(button().attributes('disabled')).toBeDefined()
})

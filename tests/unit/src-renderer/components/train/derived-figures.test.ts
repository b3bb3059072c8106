// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils'
import { beforeAll, expect, it } from 'vitest'
import type { Derived } from '../../../../../src-renderer/api/types'
import DerivedFigures from '../../../../../src-renderer/components/train/DerivedFigures.vue'
import { useProject } from '../../../../../src-renderer/composables/use-project'
import { useRuns } from '../../../../../src-renderer/composables/use-runs'
import { sampleStep } from '../../../../support/run-samples'
import { answerWith, connect, made, send, settled } from '../../main-process'
import { sampleConfig, sampleRun } from '../../runs/sample-run'

const config = sampleConfig()
const project = { name: 'p', path: null, dir: '/p', read_only: false, modified: false, config }
const derived: Derived = {
  grad_accum_steps: 2, tokens_per_micro_batch: 1, tokens_per_step: 2, steps: 400, total_tokens: 80,
  eval_batches: 1, seconds: null, tok_per_sec: null, disk_bytes: null, memory_bytes: null, model: null,
} // prettier-ignore
/** What a check answers now. */
let known: Partial<Derived> = {}

beforeAll(() => connect())

async function figures(): Promise<VueWrapper> {
  answerWith({
    'project.current': () => project,
    'project.check': () => ({ valid: true, findings: [], derived: { ...derived, ...known } }),
    'runs.list': () => [sampleRun({ state: 'training' })],
    'runs.watch': ({ runId }) => ({
      detail: { ...sampleRun({ id: runId }), config, config_path: null, differences: [], model: null },
      ...{ seq: 0, steps: [], evals: [], log: [] },
    }),
  })
  await useProject().load()
  await useRuns().load()
  const wrapper = mount(DerivedFigures)
  await checked()
  return wrapper
}

/** A check waits a little for further edits. */
async function checked(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 220))
  await settled()
}
const checks = (): number => made.filter(({ name }) => name === 'project.check').length
function timeOf(wrapper: VueWrapper): string {
  const figure = wrapper.findAll('.figures > div').find((each) => each.find('dt').text() === 'time')
  const parts = figure?.findAll('dd span').map((span) => span.text()) ?? []
  return parts.join(' ').trim()
}

it('says what the planned time waits for, and has it as soon as a run has been timed', async () => {
  known = {}
  const wrapper = await figures()
  expect(timeOf(wrapper)).toBe('known after the first steps')
  const before = checks()
  const metrics = { runId: 'r1', state: 'training' as const, evals: [], log: [], seconds_left: 9 }
  await send('run.metrics', { ...metrics, seq: 1, steps: [sampleStep(1)] })
  await checked()
  expect(checks()).toBe(before) // the first step compiles: it says nothing of the others
  known = { seconds: 246, tok_per_sec: 6640 }
  await send('run.metrics', { ...metrics, seq: 2, steps: [sampleStep(12)] })
  await checked()
  expect(checks()).toBe(before + 1)
  expect(timeOf(wrapper)).toBe('4 min 06 s as last timed')
  await send('run.metrics', { ...metrics, seq: 3, steps: [sampleStep(13)] })
  await checked()
  expect(checks()).toBe(before + 1)
  wrapper.unmount()
})

it('says that it waits for the steps where these are not known', async () => {
  known = { steps: null, total_tokens: null, tok_per_sec: 6640 }
  const wrapper = await figures()
  expect(timeOf(wrapper)).toBe('known when the steps are')
  wrapper.unmount()
})

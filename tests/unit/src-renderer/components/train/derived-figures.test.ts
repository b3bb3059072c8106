// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils'
import { beforeAll, expect, it } from 'vitest'
import { CallError } from '../../../../../src-renderer/api/client'
import type { Derived, PackingFacts } from '../../../../../src-renderer/api/types'
import DerivedFigures from '../../../../../src-renderer/components/train/DerivedFigures.vue'
import { useProject } from '../../../../../src-renderer/composables/use-project'
import { useRuns } from '../../../../../src-renderer/composables/use-runs'
import { sampleStep } from '../../../../support/run-samples'
import { answerWith, connect, made, send, settled } from '../../main-process'
import { projectOf, sampleConfig, sampleRun } from '../../runs/sample-run'

const config = sampleConfig()
const project = projectOf(config)
const derived: Derived = {
  grad_accum_steps: 2, tokens_per_micro_batch: 1, tokens_per_step: 2, steps: 400, total_tokens: 80,
  eval_batches: 1, seconds: null, tok_per_sec: null, disk_bytes: null, memory_bytes: null, model: null, schedule: null,
} // prettier-ignore
/** What a check answers now. */
let known: Partial<Derived> = {}

/** What counting the epoch gives. */
let counted: () => PackingFacts | Promise<PackingFacts> = () => facts
const facts = {
  epoch_steps: 731, val_batches: 9, longer_than_row: 3, conversations: 9000, run: null, entries: [],
  targets: { loss: 'all' as const, micro_batches: 731, without: 0, with_few: 0, first_step_without: null },
} // prettier-ignore

beforeAll(() => connect())

async function figures(): Promise<VueWrapper> {
  answerWith({
    'project.current': () => project,
    'project.edit': ({ config: edited }) => projectOf(edited),
    'project.check': () => ({ valid: true, findings: [], derived: { ...derived, ...known } }),
    'packing.facts': () => counted(),
    'jobs.cancel': () => ({}),
    'runs.list': () => [sampleRun({ state: 'training' })],
    'runs.watch': ({ runId }) => ({
      detail: { ...sampleRun({ id: runId }), config, config_path: null, differences: [], model: null },
      ...{ seq: 0, steps: [], evals: [], samples: [], measures: [], ranks: null, log: [] },
    }),
  })
  await useProject().load()
  await useRuns().load()
  const wrapper = mount(DerivedFigures)
  await checked()
  return wrapper
}

/** Counting waits a little for further edits, and a check that follows it too: ends when no more calls follow. */
async function checked(): Promise<void> {
  let calls: number
  do {
    calls = made.length
    await new Promise((resolve) => setTimeout(resolve, 500))
    await settled()
  } while (made.length > calls)
}
const checks = (): number => made.filter(({ name }) => name === 'project.check').length
function figureOf(wrapper: VueWrapper, label: string): string {
  const figure = wrapper.findAll('.figures > div').find((each) => each.find('dt').text() === label)
  const parts = figure?.findAll('dd span').map((span) => span.text()) ?? []
  return parts.join(' ').trim()
}

it('says what the planned time waits for, and has it as soon as a run has been timed', async () => {
  known = {}
  const wrapper = await figures()
  expect(figureOf(wrapper, 'time')).toBe('known after the first steps')
  const before = checks()
  const metrics = {
    runId: 'r1',
    state: 'training' as const,
    evals: [],
    samples: [],
    measures: [],
    log: [],
    seconds_left: 9,
  }
  await send('run.metrics', { ...metrics, seq: 1, steps: [sampleStep(1)] })
  await checked()
  expect(checks()).toBe(before) // the first step compiles: it says nothing of the others
  known = { seconds: 246, tok_per_sec: 6640 }
  await send('run.metrics', { ...metrics, seq: 2, steps: [sampleStep(12)] })
  await checked()
  expect(checks()).toBe(before + 1)
  expect(figureOf(wrapper, 'time')).toBe('4 min 06 s as last timed')
  await send('run.metrics', { ...metrics, seq: 3, steps: [sampleStep(13)] })
  await checked()
  expect(checks()).toBe(before + 1)
  wrapper.unmount()
})

it('says that it waits for the steps where these are not known', async () => {
  known = { steps: null, total_tokens: null, tok_per_sec: 6640 }
  const wrapper = await figures()
  expect(figureOf(wrapper, 'time')).toBe('known when the steps are')
  wrapper.unmount()
})

it('counts the epoch, and has it checked what that says', async () => {
  known = {}
  const wrapper = await figures()
  expect(made.filter(({ name }) => name === 'project.check').at(-1)?.input).toMatchObject({ facts })
  expect(wrapper.find('header').text()).toBe('Follows from the options')
  wrapper.unmount()
})

it('shows that it counts, can be cancelled, and counts after all', async () => {
  known = { steps: null }
  counted = () => new Promise(() => undefined)
  const wrapper = await figures()
  useProject().edit({ ...config, buffer_size: 78 })
  await checked()
  expect(figureOf(wrapper, 'steps')).toBe('being counted')
  await wrapper.find('header button').trigger('click')
  expect(figureOf(wrapper, 'steps')).toBe('not counted')
  counted = () => facts
  known = { steps: 731 }
  await wrapper.find('header button').trigger('click')
  await checked()
  expect(figureOf(wrapper, 'steps')).toBe('731 for one epoch')
  wrapper.unmount()
})

it('says why it cannot count', async () => {
  known = { steps: null }
  counted = () => Promise.reject(new CallError({ code: 'data.missing', message: 'words.txt is not there.' }))
  const wrapper = await figures()
  useProject().edit({ ...config, buffer_size: 79 })
  await checked()
  expect(wrapper.find('header').text()).toContain('words.txt is not there.')
  wrapper.unmount()
})

it('says that nothing is evaluated where that is so', async () => {
  known = {}
  const wrapper = await figures()
  expect(figureOf(wrapper, 'evaluation')).toBe('1 batches each')
  useProject().edit({ ...config, eval_every: -1 })
  await checked()
  expect(figureOf(wrapper, 'evaluation')).toBe('none')
  wrapper.unmount()
})

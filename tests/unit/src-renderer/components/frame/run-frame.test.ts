// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import * as z from 'zod'
import { CallError } from '../../../../../src-renderer/api/client'
import type { RunSummary } from '../../../../../src-renderer/api/types'
import StatusLine from '../../../../../src-renderer/components/frame/StatusLine.vue'
import TopBar from '../../../../../src-renderer/components/frame/TopBar.vue'
import { useNotices } from '../../../../../src-renderer/composables/use-notices'
import { useProject } from '../../../../../src-renderer/composables/use-project'
import { useRun } from '../../../../../src-renderer/composables/use-run'
import { useRuns } from '../../../../../src-renderer/composables/use-runs'
import { sampleStep } from '../../../../support/run-samples'
import { answerWith, connect, made, send, settled } from '../../main-process'
import { projectOf, sampleConfig, sampleRun } from '../../runs/sample-run'

const config = sampleConfig()

/** The frame's two bars, with what the app loads before it shows them. */
const Frame = defineComponent({
  setup() {
    void useProject().load()
    void useRuns().load()
    return () => h(TooltipProvider, () => [h(TopBar), h(StatusLine)])
  },
})

async function frame(runs: RunSummary[], findings: { level: 'block'; path: string; message: string }[] = []) {
  answerWith({
    'project.current': () => projectOf(config),
    'project.list': () => ({ unsaved: [], recent: [] }),
    'project.check': () => ({ valid: findings.length === 0, findings, derived: null }),
    'runs.list': () => runs,
    'runs.watch': ({ runId }) => ({
      detail: { ...sampleRun({ id: runId }), config, config_path: null, differences: [], model: null },
      seq: 0, steps: [], evals: [], samples: [], measures: [], ranks: null, log: [],
    }), // prettier-ignore
    'runs.start': () => ({ runId: 'new' }),
    'runs.pause': () => ({}),
    'runs.resume': () => ({}),
    'runs.stop': () => ({}),
  })
  const wrapper = mount(Frame)
  await new Promise((resolve) => setTimeout(resolve, 200)) // the check waits a moment for typing to end
  await settled()
  await flushPromises()
  const button = (name: string) => wrapper.findAll('button').find((one) => one.text() === name)
  return { wrapper, button, step: () => wrapper.find('[data-testid="status-step"]').text() }
}
const called = (): string[] =>
  made.map(({ name }) => name).filter((name) => /^runs\.(start|pause|resume|stop)$/.test(name))

beforeAll(() => connect())
beforeEach(() => {
  document.body.replaceChildren()
})

describe('the main button', () => {
  it.each([
    [[], 'Start', 'runs.start'],
    [[sampleRun({ state: 'done' })], 'Start', 'runs.start'],
    [[sampleRun({ state: 'training' })], 'Pause', 'runs.pause'],
    [[sampleRun({ state: 'paused' })], 'Resume', 'runs.resume'],
  ])('does the one thing that can be done', async (runs, name, call) => {
    const { wrapper, button } = await frame(runs)
    await button(name)?.trigger('click')
    await settled()
    expect(called()).toEqual([call])
    wrapper.unmount()
  })

  it('does not start what the check blocks, and says why', async () => {
    const { wrapper, button } = await frame([], [{ level: 'block', path: 'x', message: 'indivisible' }])
    expect(button('Start')?.attributes('disabled')).toBeDefined()
    expect(button('Start')?.attributes('title')).toContain('indivisible')
    wrapper.unmount()
  })

  it('is answered by Cancel while the data is opened, which leaves no run', async () => {
    const { wrapper, button } = await frame([])
    let refuse = (): void => undefined
    answerWith({
      'runs.start': () =>
        new Promise((_, reject) => {
          refuse = () => {
            reject(new CallError({ code: 'cancelled', message: 'Cancelled.' }))
          }
        }),
      'jobs.cancel': () => {
        refuse()
        return {}
      },
    })
    await button('Start')?.trigger('click')
    await vi.waitFor(() => {
      expect(button('Cancel')).toBeDefined()
    })
    expect(wrapper.find('[data-testid="run-state"]').text()).toBe('preparing')
    expect(button('Start')?.attributes('disabled')).toBeDefined()
    const { job } = z.object({ job: z.string() }).parse(made.find(({ name }) => name === 'runs.start')?.input)
    await send('job.progress', { job, what: 'reading a.jsonl', done: 5, total: null, unit: 'rows' })
    expect(useRun().beginning.value?.progress?.what).toBe('reading a.jsonl')
    await button('Cancel')?.trigger('click')
    await settled()
    await flushPromises()
    expect(made).toContainEqual({ name: 'jobs.cancel', input: { job } })
    expect(button('Start')?.attributes('disabled')).toBeUndefined()
    expect(button('Cancel')).toBeUndefined()
    expect(useNotices().notices.value).toEqual([])
    wrapper.unmount()
  })

  it('stands beside Stop and save, which is for a run at work', async () => {
    const idle = await frame([sampleRun({ state: 'done' })])
    expect(idle.button('Stop and save')?.attributes('disabled')).toBeDefined()
    idle.wrapper.unmount()
    const { wrapper, button } = await frame([sampleRun({ state: 'training' })])
    await button('Stop and save')?.trigger('click')
    await settled()
    expect(called()).toEqual(['runs.stop'])
    wrapper.unmount()
  })
})

describe('what a run could not save', () => {
  const error = { code: 'checkpoint.write', message: 'The disk is full.', remedy: 'Make room.' }
  const { notices } = useNotices()

  it('is said as long as it is so, wherever the window is', async () => {
    const { wrapper } = await frame([sampleRun({ state: 'training' })])
    await send('run.changed', { run: sampleRun({ state: 'paused', error }) })
    await flushPromises()
    expect(notices.value.map((notice) => notice.error?.message)).toEqual(['The disk is full.'])
    await send('run.changed', { run: sampleRun({ state: 'training', error: null }) })
    await flushPromises()
    expect(notices.value).toEqual([])
    wrapper.unmount()
  })

  it('is left to the run’s own page once it has ended', async () => {
    const { wrapper } = await frame([sampleRun({ state: 'interrupted', error })])
    expect(notices.value).toEqual([])
    wrapper.unmount()
  })
})

describe('the status line', () => {
  it('says the step of the steps, and follows it between changes of state', async () => {
    const { wrapper, step } = await frame([sampleRun({ step: 12, total_steps: 130 })])
    expect(step()).toBe('step 12 / 130')
    await send('run.metrics', {
      runId: 'r1',
      seq: 1,
      state: 'training',
      steps: [sampleStep(13)],
      evals: [],
      samples: [],
      measures: [],
      log: [],
      seconds_left: 9,
    })
    await flushPromises()
    expect(step()).toBe('step 13 / 130')
    wrapper.unmount()
  })

  it('says that there is no run yet', async () => {
    const { wrapper, step } = await frame([])
    expect(step()).toBe('no run yet')
    wrapper.unmount()
  })
})

// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, shallowRef } from 'vue'
import type { BatchView } from '../../../../../src-renderer/api/types'
import { CallError } from '../../../../../src-renderer/api/client'
import EpochStrip from '../../../../../src-renderer/components/packing/EpochStrip.vue'
import { useFindConversation } from '../../../../../src-renderer/composables/use-find-conversation'
import { useNavigation } from '../../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../../src-renderer/composables/use-project'
import { answerWith, connect, made, settled } from '../../main-process'
import { samplePlan } from '../../packing/sample-plan'
import { projectOf, sampleConfig } from '../../runs/sample-run'

const project = {
  /** Two batches a step. */
  ...projectOf(sampleConfig({ total_batch_size: 2 * 32 * 2048 })),
}
const navigation = useNavigation()
const derived = {
  grad_accum_steps: 2, tokens_per_micro_batch: 1, tokens_per_step: 2, steps: 1, total_tokens: 80,
  eval_batches: 1, seconds: null, tok_per_sec: null, disk_bytes: null, memory_bytes: null, model: null, schedule: null,
} // prettier-ignore

const Strip = defineComponent({
  props: { loading: { type: Boolean, default: false } },
  setup(props) {
    const finding = useFindConversation(shallowRef<BatchView | null>(null), () => undefined)
    return () => h(EpochStrip, { loading: props.loading, finding })
  },
})

async function strip(answers: Parameters<typeof answerWith>[0] = {}, loading = false) {
  answerWith({
    'project.current': () => project,
    'project.check': () => ({ valid: true, findings: [], derived }),
    'packing.plan': () => samplePlan(),
    'packing.find': () => null,
    'jobs.cancel': () => ({}),
    ...answers,
  })
  await useProject().load()
  const wrapper = mount(Strip, { props: { loading } })
  await vi.waitUntil(
    () => ['project.check', 'packing.plan'].every((call) => made.some(({ name }) => name === call)),
    10_000,
  )
  await settled()
  return wrapper
}

beforeAll(() => connect())
beforeEach(() => {
  navigation.batch.value = { split: 'train', batch: 3 }
})

describe('the epoch', () => {
  it('is a slider over its steps, with the curve read at the batch in sight', async () => {
    const wrapper = await strip()
    const slider = wrapper.find('input[type=range]')
    expect([slider.attributes('min'), slider.attributes('max')]).toEqual(['1', '2'])
    expect(slider.attributes('aria-valuetext')).toBe('step 2 of 2')
    expect(wrapper.findAll('dd').map((figure) => figure.text())).toEqual(['78.6 %', '35.3 %'])
    expect(wrapper.find('.run-end').text()).toBe('the run ends at 1')
    wrapper.unmount()
  })

  it('goes to the first batch of the step that the slider is moved to', async () => {
    const wrapper = await strip()
    await wrapper.find('input[type=range]').setValue('1')
    expect(navigation.batch.value).toEqual({ split: 'train', batch: 0 })
    wrapper.unmount()
  })

  it('waits for the batch that is loading before the slider asks for another', async () => {
    const wrapper = await strip({}, true)
    const slider = wrapper.find<HTMLInputElement>('input[type=range]')
    slider.element.value = '1'
    await slider.trigger('input')
    expect(navigation.batch.value.batch).toBe(3)
    await slider.trigger('change')
    expect(navigation.batch.value.batch).toBe(0)
    wrapper.unmount()
  })

  it('shows that it is being planned, and can be cancelled and asked for again', async () => {
    const wrapper = await strip({ 'packing.plan': () => new Promise(() => undefined) })
    expect(wrapper.find('[role=progressbar]').exists()).toBe(true)
    expect(wrapper.find('input[type=range]').exists()).toBe(false)
    await wrapper.find('.planning button').trigger('click')
    expect(wrapper.find('.planning').text()).toBe('Plan the epoch')
    await wrapper.find('.planning button').trigger('click')
    await settled()
    expect(made.filter(({ name }) => name === 'packing.plan')).toHaveLength(2)
    wrapper.unmount()
  })

  it('says why it cannot be planned, and what would do', async () => {
    const issues = [{ path: 'total_batch_size', message: 'is 5000', hint: 'the nearest that would do: 4096' }]
    const failure = new CallError({ code: 'config.invalid', message: 'No whole steps.', issues })
    const wrapper = await strip({ 'packing.plan': () => Promise.reject(failure) })
    expect(wrapper.find('.failed').text()).toMatch(/No whole steps\.\s+total_batch_size: the nearest/)
    wrapper.unmount()
  })
})

describe('a conversation', () => {
  it('that is never trained is said to be so, and can be seen in the mixture', async () => {
    const wrapper = await strip()
    await wrapper.find('.find input').setValue('13')
    await wrapper.find('.find input').trigger('change')
    await settled()
    expect(wrapper.find('.find .told').text()).toBe('never trained')
    await wrapper.find('.find .told').trigger('click')
    expect(navigation.wantedSample.value).toEqual({ split: 'train', index: 13 })
    wrapper.unmount()
  })
})

// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, expect, it } from 'vitest'
import { PLAIN_CURVES } from '../../../../../src-main/contract/contract'
import { useDoctor } from '../../../../../src-renderer/composables/use-doctor'
import { useSettings } from '../../../../../src-renderer/composables/use-settings'
import DeviceSection from '../../../../../src-renderer/components/settings/DeviceSection.vue'
import { answerWith, connect, made, settled } from '../../main-process'

beforeAll(() => connect())

it('takes threads from one to the machine’s processors, and no others', async () => {
  const settings = {
    theme: 'system',
    base_dir: null,
    threads: null,
    trainer_host: 'auto',
    text_size: 100,
    notify: true,
    curves: PLAIN_CURVES,
  } as const
  answerWith({
    'app.doctor': () => ({ checks: [], device: 'CPU, 4 threads', processors: 4 }),
    'settings.get': () => settings,
    'settings.update': (patch) => ({ ...settings, threads: patch.threads ?? null }),
  })
  const wrapper = mount(DeviceSection)
  await Promise.all([useDoctor().ask(), useSettings().load()])
  await settled()
  const field = wrapper.get('input')
  const type = async (text: string): Promise<void> => {
    await field.setValue(text)
    await field.trigger('change')
    await settled()
  }
  expect(wrapper.text()).toContain('of 4, from the next run on')
  for (const text of ['0', '-1', '5', '1000000000', '1.5', 'abc']) {
    await type(text)
    expect(field.attributes('aria-invalid'), text).toBe('true')
  }
  expect(made.filter(({ name }) => name === 'settings.update')).toEqual([])
  await type('4')
  expect(field.attributes('aria-invalid')).toBe('false')
  expect(made.at(-1)).toEqual({ name: 'settings.update', input: { threads: 4 } })
})

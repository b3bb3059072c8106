// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, expect, it } from 'vitest'
import { PLAIN_CURVES } from '../../../../../src-main/contract/contract'
import ChartChoices from '../../../../../src-renderer/components/charts/ChartChoices.vue'
import { useSettings } from '../../../../../src-renderer/composables/use-settings'
import { answerWith, connect, made, settled } from '../../main-process'

beforeAll(() => connect())

const settings = {
  theme: 'system',
  base_dir: null,
  threads: null,
  trainer_host: 'auto',
  text_size: 100,
  notify: true,
} as const

it('shows how curves are drawn, and keeps what is chosen once it has rested', async () => {
  answerWith({
    'settings.get': () => ({ ...settings, curves: { ...PLAIN_CURVES, x: 'tokens', smoothing: 0.9 } }),
    'settings.update': ({ curves }) => ({ ...settings, curves: curves ?? PLAIN_CURVES }),
  })
  await useSettings().load()
  const wrapper = mount(ChartChoices, { props: { marks: ['evaluation', 'pause'] } })
  const [over, smoothing] = [
    wrapper.get<HTMLSelectElement>('select'),
    wrapper.get<HTMLInputElement>('[type=range]'),
  ]
  expect(over.element.value).toBe('tokens')
  expect(wrapper.text()).toContain('0.900')
  expect(wrapper.get('.signs').text()).toMatch(/evaluated\s+paused/)

  await smoothing.setValue('200')
  await smoothing.setValue('0')
  await wrapper.get('input[type=checkbox]').setValue(true)
  await over.setValue('wall')
  expect(wrapper.text()).toContain('0.000')
  const kept = (): unknown[] =>
    made.filter(({ name }) => name === 'settings.update').map(({ input }) => input)
  expect(kept()).toEqual([])
  while (kept().length === 0) await settled()
  expect(kept()).toEqual([{ curves: { x: 'wall', log_x: false, log_y: true, smoothing: 0, clip: false } }])
  await settled()
  expect(over.element.value).toBe('wall')
  expect(useSettings().settings.value?.curves.x).toBe('wall')
})

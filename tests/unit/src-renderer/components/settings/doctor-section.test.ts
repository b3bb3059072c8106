// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, expect, it } from 'vitest'
import { CallError } from '../../../../../src-renderer/api/client'
import DoctorSection from '../../../../../src-renderer/components/settings/DoctorSection.vue'
import { answerWith, connect, made, settled } from '../../main-process'

beforeAll(() => connect())

it('repairs, says why where it cannot, and checks again', async () => {
  let refused = true
  answerWith({
    'app.doctor': () => ({ checks: [], device: null, processors: 2 }),
    'app.repair': () => {
      if (refused) throw new CallError({ code: 'repair.run', message: 'A run is using TensorFlow.' })
      return {}
    },
  })
  const wrapper = mount(DoctorSection)
  const repair = async (): Promise<void> => {
    await wrapper.findAll('button')[0]?.trigger('click')
    await settled()
  }
  await repair()
  expect(wrapper.text()).toContain('A run is using TensorFlow.')
  refused = false
  await repair()
  expect(wrapper.text()).not.toContain('A run is using TensorFlow.')
  expect(made.map(({ name }) => name)).toEqual(['app.repair', 'app.doctor', 'app.repair', 'app.doctor'])
})

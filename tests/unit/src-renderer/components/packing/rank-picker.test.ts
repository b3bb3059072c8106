// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, expect, it } from 'vitest'
import RankPicker from '../../../../../src-renderer/components/packing/RankPicker.vue'
import { useNavigation } from '../../../../../src-renderer/composables/use-navigation'
import { useProject } from '../../../../../src-renderer/composables/use-project'
import { answerWith, connect, settled } from '../../main-process'
import { projectOf, sampleConfig } from '../../runs/sample-run'

beforeAll(() => connect())

async function picker(ranks: number) {
  answerWith({ 'project.current': () => projectOf(sampleConfig({ world_size: ranks })) })
  await useProject().load()
  await settled()
  return mount(RankPicker)
}

it('chooses one of several ranks by its number, and refuses one beyond', async () => {
  const { rank } = useNavigation()
  const wrapper = await picker(2)
  expect(wrapper.text()).toMatch(/^rank\s*of 2$/)
  const field = wrapper.get('input')
  await field.trigger('keydown', { key: 'ArrowUp' })
  expect(rank.value).toBe(1)
  await field.trigger('keydown', { key: 'ArrowUp' })
  expect(rank.value).toBe(1)
  await field.setValue('2')
  expect(wrapper.get('[role=alert]').text()).toMatch(/1/)
  rank.value = 0
})

it('is not there where one rank trains', async () => {
  expect((await picker(1)).find('label').exists()).toBe(false)
})

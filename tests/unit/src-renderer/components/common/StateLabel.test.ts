// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import StateLabel from '../../../../../src-renderer/components/common/StateLabel.vue'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

it('counts the seconds of compiling from when it began, and of nothing else', async () => {
  const wrapper = mount(StateLabel, { props: { state: 'compiling', since: 997_500 } })
  expect(wrapper.text()).toBe('compiling 2 s')
  vi.advanceTimersByTime(3000)
  await nextTick()
  expect(wrapper.text()).toBe('compiling 5 s')
  await wrapper.setProps({ state: 'training', since: 1_003_000 })
  expect(wrapper.text()).toBe('training')
  expect(vi.getTimerCount()).toBe(0)
})

it('counts nothing where the beginning is not known', () => {
  expect(mount(StateLabel, { props: { state: 'compiling' } }).text()).toBe('compiling')
})

// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import NumberField from '../../../../../src-renderer/components/common/NumberField.vue'

interface Props {
  value: number | null
  min?: number
  max?: number
  integer?: boolean
  placeholder?: string
}

function field(props: Props) {
  const wrapper = mount(NumberField, { props })
  const type = async (text: string): Promise<void> => {
    await wrapper.find('input').setValue(text)
  }
  return { wrapper, type, changes: () => wrapper.emitted('change')?.map(([value]) => value) ?? [] }
}

it('hands a number on when it is done being typed', async () => {
  const { type, changes } = field({ value: 1 })
  await type('524,288')
  expect(changes()).toEqual([524288])
})

it('marks what it refuses, and keeps it to itself', async () => {
  const { wrapper, type, changes } = field({ value: 1, min: 1, max: 460_340, integer: true })
  for (const text of ['abc', '0', '1.5', '', '460,341']) {
    await type(text)
    expect(wrapper.find('input').attributes('aria-invalid')).toBe('true')
    expect(wrapper.get('[role="alert"]').text()).toBe('a whole number from 1 to 460,340')
  }
  expect(changes()).toEqual([])
})

it('takes empty for null where a placeholder says what that is', async () => {
  const { type, changes } = field({ value: 5, placeholder: 'end' })
  await type('')
  expect(changes()).toEqual([null])
})

it('steps with the arrow keys up to its greatest value', async () => {
  const { wrapper, changes } = field({ value: 8, max: 9, integer: true })
  const input = wrapper.find('input')
  await input.trigger('keydown.up')
  await wrapper.setProps({ value: 9 })
  await input.trigger('keydown.up')
  expect(changes()).toEqual([9])
})

it('steps with the arrow keys, not below its least value', async () => {
  const { wrapper, changes } = field({ value: 2, min: 1, integer: true })
  const input = wrapper.find('input')
  await input.trigger('keydown.down')
  await input.trigger('keydown.down')
  await input.trigger('keydown.up')
  expect(changes()).toEqual([1])
  expect(input.element.value).toBe('2')
})

it('keeps what is being typed while the value changes, and follows the value again afterwards', async () => {
  const { wrapper, changes } = field({ value: 7, integer: true })
  const input = wrapper.find('input')
  input.element.value = '2'
  await input.trigger('input')
  await wrapper.setProps({ value: 8 })
  expect(input.element.value).toBe('2')
  await input.trigger('change')
  expect(changes()).toEqual([2])
  await wrapper.setProps({ value: 9 })
  expect(input.element.value).toBe('9')

  input.element.value = '95'
  await input.trigger('input')
  await input.trigger('keydown.esc')
  expect(input.element.value).toBe('9')
  input.element.value = '9'
  await input.trigger('input')
  await input.trigger('blur')
  await wrapper.setProps({ value: 10 })
  expect(input.element.value).toBe('10')
})

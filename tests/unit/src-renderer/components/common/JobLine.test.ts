// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import JobLine from '../../../../../src-renderer/components/common/JobLine.vue'

const label = 'Planning the epoch'

it('has the name of the action and an open bar before it says how far it is', () => {
  const line = mount(JobLine, { props: { progress: null, label } })
  expect(line.text()).toBe('Planning the epochCancel')
  expect(line.find('[role=progressbar]').attributes()).not.toHaveProperty('aria-valuenow')
})

it('says what it does now, and how far it is, in its unit', () => {
  const progress = { what: 'Tokenizing', done: 1200, total: 4800, unit: 'rows' }
  const line = mount(JobLine, { props: { progress, label } })
  expect(line.find('.what').text()).toBe('Tokenizing')
  expect(line.find('.counted').text()).toBe('1,200 / 4,800rows')
  expect(line.find('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
})

it('shows a share of one by the bar alone', () => {
  const progress = { what: label, done: 0.4, total: 1, unit: 'epoch' }
  const line = mount(JobLine, { props: { progress, label } })
  expect(line.find('.counted').exists()).toBe(false)
  expect(line.find('[role=progressbar]').attributes('aria-valuenow')).toBe('40')
})

it('can be cancelled', async () => {
  const line = mount(JobLine, { props: { progress: null, label } })
  await line.find('button').trigger('click')
  expect(line.emitted('cancel')).toHaveLength(1)
})

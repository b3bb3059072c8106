// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'

import { CallError } from '../../../../../src-renderer/api/client'
import InstallPackage from '../../../../../src-renderer/components/train/InstallPackage.vue'
import { answerWith, connect } from '../../main-process'

beforeAll(() => connect())

it('installs at a click, with a way to cancel, and says when it is done', async () => {
  const asked: unknown[] = []
  let finish = (): void => undefined
  const installed = new Promise<void>((resolve) => (finish = resolve))
  answerWith({
    'loggers.install': async ({ name }) => {
      asked.push(name)
      await installed
      return {}
    },
  })
  const wrapper = mount(InstallPackage, { props: { name: 'wandb' } })
  onTestFinished(() => wrapper.unmount())
  expect(wrapper.text()).toBe('Install wandb')
  await wrapper.get('button').trigger('click')
  expect(wrapper.text()).toContain('Installing wandb')
  expect(wrapper.get('button').text()).toBe('Cancel')
  finish()
  await vi.waitFor(() => expect(wrapper.emitted('done')).toHaveLength(1), { timeout: 10_000 })
  expect(asked).toEqual(['wandb'])
})

it('says why it could not, and lets one try again', async () => {
  answerWith({
    'loggers.install': () => {
      throw new CallError({
        code: 'python.install',
        message: 'wandb could not be installed',
        remedy: 'Try again.',
      })
    },
  })
  const wrapper = mount(InstallPackage, { props: { name: 'wandb' } })
  onTestFinished(() => wrapper.unmount())
  await wrapper.get('button').trigger('click')
  await vi.waitFor(() => expect(wrapper.text()).toContain('wandb could not be installed'), {
    timeout: 10_000,
  })
  expect(wrapper.get('button').text()).toBe('Try again wandb')
  expect(wrapper.emitted('done')).toBeUndefined()
})

// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import RunLabels from '../../../../../src-renderer/components/runs/RunLabels.vue'
import { answerWith, connect, made, settled } from '../../main-process'
import { sampleRun } from '../../runs/sample-run'

const run = sampleRun({ note: 'old', tags: ['lr'] })
const labelled = (): unknown[] => made.flatMap(({ name, input }) => (name === 'runs.label' ? [input] : []))

beforeAll(() => connect())
beforeEach(() => {
  made.length = 0
  answerWith({ 'runs.label': () => run })
})

function typed(tags: string, note: string) {
  const wrapper = mount(RunLabels, { props: { run }, attachTo: document.body })
  const [first, second] = [
    wrapper.get<HTMLInputElement>('input'),
    wrapper.get<HTMLTextAreaElement>('textarea'),
  ]
  first.element.value = tags
  second.element.value = note
  first.element.dispatchEvent(new Event('input'))
  second.element.dispatchEvent(new Event('input'))
  return { wrapper, note: second }
}

it('keeps what was typed when its fields go before they are left', async () => {
  typed('lr, long', 'new').wrapper.unmount()
  await settled()
  expect(labelled()).toEqual([
    { runId: 'r1', labels: { tags: ['lr', 'long'] } },
    { runId: 'r1', labels: { note: 'new' } },
  ])
})

it('keeps nothing that Escape has left, and nothing where nothing was typed', async () => {
  const { wrapper, note } = typed('lr, long', 'new')
  await note.trigger('keydown', { key: 'Escape' })
  wrapper.unmount()
  typed('lr', 'old').wrapper.unmount()
  await settled()
  expect(labelled()).toEqual([])
})
